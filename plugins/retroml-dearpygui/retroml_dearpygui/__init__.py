"""The desktop app of Retro ML: `retroml desktop`. Everything it shows is offered through its own hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core import CommandSpec, hookimpl

if TYPE_CHECKING:
    import pluggy

    from retroml_core.plugins.manager import PluginManager
    from retroml_dearpygui.specs import ActionSpec, PageSpec, ThemeSpec, TopicSpec

__all__ = [
    "retroml_add_hooks",
    "retroml_commands",
    "retroml_desktop_actions",
    "retroml_desktop_pages",
    "retroml_desktop_themes",
    "retroml_desktop_topics",
    "retroml_plugins_listed",
]


@hookimpl
def retroml_add_hooks(manager: pluggy.PluginManager) -> None:
    """Declare the hooks of the app."""
    from retroml_dearpygui import hookspecs

    manager.add_hookspecs(hookspecs)


@hookimpl
def retroml_plugins_listed(plugins: PluginManager) -> None:
    """Ask for all that plugins add to the app, so that what is wrong with it is told."""
    from retroml_dearpygui import offers

    offers.ask_all(plugins)


@hookimpl
def retroml_commands() -> list[CommandSpec]:
    """The command that opens the window."""
    return [
        CommandSpec(
            name="desktop",
            title="Desktop app",
            summary="Open the desktop app.",
            factory="retroml_dearpygui.main:main",
        )
    ]


@hookimpl
def retroml_desktop_pages() -> list[PageSpec]:
    """The pages every installation has."""
    from retroml_dearpygui.builtin import PAGES

    return list(PAGES)


@hookimpl
def retroml_desktop_actions() -> list[ActionSpec]:
    """What the command palette offers in every installation."""
    from retroml_dearpygui.builtin import ACTIONS

    return list(ACTIONS)


@hookimpl
def retroml_desktop_themes() -> list[ThemeSpec]:
    """Dark and light."""
    from retroml_dearpygui.builtin import THEMES

    return list(THEMES)


@hookimpl
def retroml_desktop_topics() -> list[TopicSpec]:
    """The help that comes with the app."""
    from retroml_dearpygui.builtin import TOPICS

    return list(TOPICS)
