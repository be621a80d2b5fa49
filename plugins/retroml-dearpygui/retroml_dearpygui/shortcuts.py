"""The keys that the app itself knows, said once: for the shell, the player of films and the help. Actions bring their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui import offers

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginManager

__all__ = [
    "ALL", "BACK", "CLOSE", "DOWN", "FIND", "FORTH", "HELP", "HOLD", "LEFT", "MOST_PAGES", "NEXT", "ON", "PALETTE", "PREVIOUS",
    "REWIND", "RIGHT", "SCROLL_DOWN", "SCROLL_UP", "SKIP_SECONDS", "TABLE", "UP", "page_key", "shortcuts",
]  # fmt: skip

PALETTE, CLOSE, HELP = "Ctrl+K", "Esc", "F1"
HOLD, REWIND, ON, PREVIOUS, NEXT = "K", "J", "L", "Comma", "Period"
LEFT, RIGHT, UP, DOWN = "Ctrl+Shift+Left", "Ctrl+Shift+Right", "Ctrl+Shift+Up", "Ctrl+Shift+Down"
BACK, FORTH = "Ctrl+Left", "Ctrl+Right"
SKIP_SECONDS = 10.0
"""How far REWIND and ON go."""
SCROLL_UP, SCROLL_DOWN = "Ctrl+Up", "Ctrl+Down"
FIND, TABLE, ALL = "Ctrl+F", "Ctrl+T", "Ctrl+A"
MOST_PAGES = 9

_EVERYWHERE = {
    PALETTE: "Command palette: every page, action, run and game",
    CLOSE: "Close a dialog, a list or a menu; leave a run, a comparison or a film",
    "Tab": "To the next field or button",
    "Shift+Tab": "To the one before",
    "Left … Down": "To the field or button on that side",
    f"{SCROLL_UP} … {SCROLL_DOWN}": "Scroll the page",
    "Space": "Press the button that has the focus",
    "Enter": "Press it too, or write in the field that has the focus, or move its slider with Left and Right",
}
_SETTING = {HELP: "What the help says about it"}
_PAGE = {f"{LEFT} … {RIGHT}": "Move the edge between the two columns of the page"}
_PLOT = {
    f"{UP} … {DOWN}": "A smaller part of the curve, or a larger one up to the whole",
    f"{BACK} … {FORTH}": "Move along it",
}
_COLUMNS = {
    f"{LEFT} … {RIGHT}": "Move the column that has the focus",
    f"{UP} … {DOWN}": "Make it wider or narrower",
}
_TABLE = {
    FIND: "Search",
    TABLE: "Into the table; there the arrows lead from cell to cell, and up to the headlines, where Space sorts",
    ALL: "Tick all runs that the search and the filters leave, on all pages",
    f"{BACK} … {FORTH}": "The page before, the next page",
}
_WATCH = {
    HOLD: "Play or hold a moment of the past",
    REWIND: "Ten seconds back",
    ON: "Ten seconds on",
    CLOSE: "Back to now, or from one agent to all of them",
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
        "In a setting": dict(_SETTING),
        "On a page of two columns": dict(_PAGE),
        "On a page with a curve": dict(_PLOT),
        "On Watch": dict(_WATCH),
        "In the table of runs": dict(_TABLE),
        "In the list of a table's columns": dict(_COLUMNS),
        "While a film is played": dict(_PLAYER),
    }
