"""The keys that the app itself knows, said once: for the shell, the player of films and the help. Actions bring their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui import offers

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginManager

__all__ = ["CLOSE", "HOLD", "MOST_PAGES", "NEXT", "ON", "PALETTE", "PREVIOUS", "REWIND", "page_key", "shortcuts"]

PALETTE, CLOSE = "Ctrl+K", "Esc"
HOLD, REWIND, ON, PREVIOUS, NEXT = "K", "J", "L", "Comma", "Period"
MOST_PAGES = 9

_EVERYWHERE = {
    PALETTE: "Command palette: every page, action, run and game",
    CLOSE: "Close a dialog",
    "Tab": "To the next field or button",
    "Space": "Press the button that has the focus",
}
_PLAYER = {
    HOLD: "Play or hold",
    REWIND: "Ten seconds back",
    ON: "Ten seconds on",
    PREVIOUS: "One picture back",
    NEXT: "One picture on",
    CLOSE: "Back to all films",
}


def page_key(number: int) -> str:
    """The key of the page at place `number` of the navigation, from 1; empty for those that have none."""
    return f"Ctrl+{number}" if number <= MOST_PAGES else ""


def shortcuts(plugins: PluginManager) -> dict[str, dict[str, str]]:
    """What every key does, by where it counts: {"Everywhere": {"Ctrl+K": words}, ...}; of plugins too."""
    actions = [spec for spec in offers.actions(plugins) if spec.shortcut]
    pages = {f"{page_key(1)} … {page_key(MOST_PAGES)}": "The pages, from top to bottom"}
    return {
        "Everywhere": _EVERYWHERE | pages,
        "Actions": {
            spec.shortcut: f"{spec.title}: {spec.summary[:1].lower()}{spec.summary[1:].rstrip('.')}" for spec in actions
        },
        "While a film is played": dict(_PLAYER),
    }
