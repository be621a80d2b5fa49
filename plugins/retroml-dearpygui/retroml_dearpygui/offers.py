"""What all plugins add to the app, typed; an offer that is not what it should be is reported and left out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar

from retroml_core.specs import Spec
from retroml_dearpygui.specs import ActionSpec, ColumnSpec, Mode, PageSpec, PanelSpec, ThemeSpec, TopicSpec

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginManager

__all__ = ["actions", "ask_all", "columns", "pages", "panels", "themes", "topics"]

S = TypeVar("S", bound=Spec)

SLOTS = ("train.side", "watch.side", "run.detail", "settings.section")
"""Where panels go."""


def pages(plugins: PluginManager, *, early: bool = False) -> list[PageSpec]:
    """Every page, in the order of the navigation; only the `early` ones, whatever their mode, where asked."""
    found = sorted(_offers(plugins, "retroml_desktop_pages", PageSpec), key=lambda page: page.order)
    return [dataclasses.replace(page, mode=Mode.HOBBYIST) for page in found if page.early] if early else found


def panels(plugins: PluginManager, slot: str) -> list[PanelSpec]:
    """The panels for `slot`, in order."""
    return sorted(_offers(plugins, "retroml_desktop_panels", PanelSpec, slot=slot), key=lambda panel: panel.order)


def actions(plugins: PluginManager, *, early: bool = False) -> list[ActionSpec]:
    """Every action; only the `early` ones where asked."""
    return [action for action in _offers(plugins, "retroml_desktop_actions", ActionSpec) if action.early or not early]


def themes(plugins: PluginManager) -> list[ThemeSpec]:
    """Every look."""
    return _offers(plugins, "retroml_desktop_themes", ThemeSpec)


def columns(plugins: PluginManager) -> list[ColumnSpec]:
    """Every further column of the table of runs."""
    return _offers(plugins, "retroml_desktop_columns", ColumnSpec)


def topics(plugins: PluginManager) -> list[TopicSpec]:
    """Every topic of the help, in order."""
    return sorted(_offers(plugins, "retroml_desktop_topics", TopicSpec), key=lambda topic: topic.order)


def ask_all(plugins: PluginManager) -> None:
    """Ask once for everything, so that what is wrong with it is reported."""
    for ask in (pages, actions, themes, columns, topics):
        ask(plugins)
    for slot in SLOTS:
        panels(plugins, slot)


def _offers(plugins: PluginManager, hook: str, kind: type[S], **arguments: str) -> list[S]:
    return [spec for _, spec in plugins.offers(hook, kind, **arguments)]
