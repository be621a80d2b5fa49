"""The keyboard: shortcuts of pages and actions, Escape, and the keys of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item

__all__ = ["Keyboard", "combination", "focused", "learn_more", "takes_keys"]

TAG = "keyboard"
EDITING = ("A", "C", "V", "X", "Y", "Z", "Left", "Right", "Up", "Down")
"""With Ctrl, a field of text knows these itself while it is written in."""

REPEATED = (shortcuts.PREVIOUS, shortcuts.NEXT)
"""Keys that count again and again while they are held."""
NAMES = {"enter": "mvKey_Return", "esc": "mvKey_Escape", "space": "mvKey_Spacebar"}


def combination(words: str) -> tuple[int, bool, bool]:
    """What "Ctrl+Shift+R" asks for: (key, with Ctrl, with Shift). Raises ValueError for a key that is not known."""
    *held, name = words.lower().split("+")
    key = getattr(dpg, NAMES.get(name, f"mvKey_{name.capitalize()}"), None)
    if key is None or not set(held) <= {"ctrl", "shift"}:
        raise ValueError(f"{words!r} is no shortcut; write it like Ctrl+Shift+R")
    return int(key), "ctrl" in held, "shift" in held


class Keyboard:
    """Calls what belongs to a shortcut; `shortcut` says at each press what the combination does then."""

    def __init__(self, shortcut: Callable[[tuple[int, bool, bool]], Callable[[], None] | None]) -> None:
        self._shortcut = shortcut
        self._editing = {combination(letter)[0] for letter in EDITING}
        self._repeated = {combination(name)[0] for name in REPEATED}

    def build(self) -> None:
        """Listen. Once per window."""
        if not dpg.does_item_exist(TAG):
            with dpg.handler_registry(tag=TAG):
                dpg.add_key_down_handler(callback=self._down)
                for key in self._repeated:
                    dpg.add_key_press_handler(key, callback=self._pressed)

    def _down(self, sender: Item, held: tuple[int, float]) -> None:
        """In each frame for each key that is down. A release is not told where the window loses the focus before it."""
        key, seconds = held
        if seconds == 0 and key not in self._repeated:
            self._pressed(sender, key)

    def _pressed(self, _sender: Item, key: int) -> None:
        ctrl = dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl)
        shift = dpg.is_key_down(dpg.mvKey_LShift) or dpg.is_key_down(dpg.mvKey_RShift)
        do = self._shortcut((key, bool(ctrl), bool(shift)))
        if do and not (ctrl and key in self._editing and _writing()):
            do()


def focused() -> Item | None:
    """What has the focus, itself rather than the group or card it stands in; None: nothing."""
    item: Item = dpg.get_focused_item()
    return (_below(item) or item) if item and dpg.does_item_exist(item) else None


def _below(item: Item) -> Item | None:
    """The innermost item below another that has the focus: tables and their rows never say that they have it."""
    slots = dpg.get_item_children(item)  # all of them at once: a page has hundreds of items
    for child in (*slots[1], *slots[2]):
        found = _below(child)
        if found is not None:
            return found
        if dpg.get_item_state(child).get("focused"):
            return int(child)
    return None


def takes_keys() -> bool:
    """Whether keys without Ctrl belong to what has the focus: a field that is written in, a list that opens."""
    item = focused()
    return item is not None and dpg.get_item_type(item).endswith(("mvInputText", "mvCombo"))


def _writing() -> bool:
    """Whether the user writes in a field of text just now."""
    item = focused()
    return item is not None and dpg.get_item_type(item).endswith("mvInputText") and bool(dpg.is_item_active(item))


def learn_more() -> Callable[[], None] | None:
    """What a click on the label of the field that has the focus does, which leads to its place in the help; None: nothing."""
    item = focused()
    clicks = f"{dpg.get_item_alias(item)}.label.clicks" if item is not None else ""
    if not clicks or not dpg.does_item_exist(clicks):
        return None
    callback: Callable[[], None] = dpg.get_item_callback(dpg.get_item_children(clicks, 1)[0])
    return callback
