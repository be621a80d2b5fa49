"""The hooks of the desktop app. Each returns an iterable of frozen specs, is asked once, and must be light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.hookspecs import hookspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_dearpygui.specs import ActionSpec, ColumnSpec, PageSpec, PanelSpec, ThemeSpec, TopicSpec


@hookspec
def retroml_desktop_pages() -> Iterable[PageSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return pages for the navigation."""


@hookspec
def retroml_desktop_panels(slot: str) -> Iterable[PanelSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return cards for `slot`: "train.side", "watch.side", "run.detail" or "settings.section".

    A panel that raises becomes a card that says so; the others go on.
    """


@hookspec
def retroml_desktop_actions() -> Iterable[ActionSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return commands for the command palette and the keyboard."""


@hookspec
def retroml_desktop_themes() -> Iterable[ThemeSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return looks to choose from in the settings."""


@hookspec
def retroml_desktop_columns() -> Iterable[ColumnSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return columns for the table of runs."""


@hookspec
def retroml_desktop_topics() -> Iterable[TopicSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return topics for the help."""
