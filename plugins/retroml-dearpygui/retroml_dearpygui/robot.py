"""`Robot`: uses the window as a person would, with real events of mouse and keyboard, for tests under an X server.

Events go through the server's XTEST extension, so covered buttons, disabled states and focus count as they do for people.
It never sleeps: it draws frames until something is so.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import keyboard

if TYPE_CHECKING:
    from retroml_dearpygui.runtime.window import Window

__all__ = ["Robot", "texts"]

T = TypeVar("T")
PATIENCE_SECONDS = 90.0
LONGEST_SECONDS = 1.0
"""From one look to the next no more is counted where patience is measured: the machine may have been held up as a whole."""
FOLLOWED = 6
MOST_TABS = 120
SETTLING_FRAMES = 400
KEYS = {
    "ctrl": 0xFFE3, "shift": 0xFFE1, "alt": 0xFFE9, "enter": 0xFF0D, "esc": 0xFF1B, "tab": 0xFF09, "space": 0x20,
    "backspace": 0xFF08, "delete": 0xFFFF, "up": 0xFF52, "down": 0xFF54, "left": 0xFF51, "right": 0xFF53, "f1": 0xFFBE,
}  # fmt: skip
MODIFIERS = {"ctrl": dpg.mvKey_LControl, "shift": dpg.mvKey_LShift, "alt": dpg.mvKey_LAlt}
SHIFTED = '_:"?!+%&*()<>'


class _Server:
    """The X server, as far as it takes fake events. Raises OSError where its libraries are missing."""

    def __init__(self) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
        self._x.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))

    def move(self, x: float, y: float) -> None:
        self._test.XTestFakeMotionEvent(self._display, -1, int(x), int(y), 0)
        self._x.XSync(self._display, 0)

    def button(self, number: int, *, down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._display, number, int(down), 0)
        self._x.XSync(self._display, 0)

    def key(self, symbol: int, *, down: bool) -> None:
        self._test.XTestFakeKeyEvent(self._display, self._x.XKeysymToKeycode(self._display, symbol), int(down), 0)
        self._x.XSync(self._display, 0)

    def focus(self) -> None:
        """Give the topmost window the keyboard: no window manager does it here."""
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        top = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        self._x.XQueryTree(
            self._display, top, ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children), ctypes.byref(count)
        )
        if count.value:
            self._x.XSetInputFocus(self._display, ctypes.c_ulong(children[count.value - 1]), 1, 0)
            self._x.XSync(self._display, 0)


class Robot:
    """Moves the mouse, types and looks. Items are named by their tags."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._server = _Server()

    def frames(self, count: int = 1) -> None:
        """Draw some frames."""
        for _ in range(count):
            self.window.frame()

    def wait(self, so: Callable[[], T], what: str = "") -> T:
        """Draw frames until `so()`; its answer. Raises AssertionError after a generous time."""
        patience, began = PATIENCE_SECONDS, time.monotonic()
        while not (answer := so()):
            if patience < 0:
                raise AssertionError(f"waited in vain for {what or so}")
            self.window.frame()
            now = time.monotonic()
            patience, began = patience - min(now - began, LONGEST_SECONDS), now
        return answer

    def settle(self) -> None:
        """Draw frames until nothing is under way that could move what is shown; a film being played never ends that."""
        for _ in range(SETTLING_FRAMES):
            if not self.window.worker.busy:
                break
            self.window.frame()

    def see(self, tag: str) -> None:
        """Wait until an item is on screen, scrolling to it where needed."""
        self.settle()
        self.wait(lambda: self._still(tag), f"{tag} to be laid out")
        for _ in range(20):
            top, height = dpg.get_item_rect_min(tag)[1], dpg.get_item_rect_size(tag)[1]
            room = dpg.get_viewport_client_height()
            box = _scrolling(tag)
            if (top >= 0 and top + height <= room) or box is None:
                return
            wanted = dpg.get_y_scroll(box) + top - room / 2
            dpg.set_y_scroll(box, max(0.0, min(dpg.get_y_scroll_max(box), wanted)))
            self.frames(3)

    def _still(self, tag: str) -> bool:
        """Whether an item is on screen and stays where it is: dialogs and messages move into place."""
        places = []
        for _ in range(3):
            if not dpg.does_item_exist(tag) or dpg.get_item_rect_size(tag)[0] <= 0:
                return False
            places.append((dpg.get_item_rect_min(tag), dpg.get_item_rect_size(tag)))
            self.frames(1)
        return all(place == places[0] for place in places) and bool(dpg.does_item_exist(tag))

    def hover(self, tag: str, *, across: float = 0.5, down: float = 0.5) -> None:
        """Put the mouse on an item, and follow it while what is above it grows or goes.

        Disabled items and plots never say that the mouse is on them; after a few attempts that is taken as it is.
        """
        for _ in range(FOLLOWED):
            self.see(tag)
            left, top = dpg.get_item_rect_min(tag)
            width, height = dpg.get_item_rect_size(tag)
            window = dpg.get_viewport_pos()
            self._server.move(window[0] + left + width * across, window[1] + top + height * down)
            self.frames(2)
            if dpg.is_item_hovered(tag):
                return

    def click(self, tag: str, *, across: float = 0.5, down: float = 0.5) -> None:
        """Click on an item, anew while the press went past it.

        What is above it may grow or go at that very moment, a message may lie over it until it has been read.
        """
        self.wait(lambda: self._pressed(tag, across, down=down), f"{tag} to be pressed")

    def _pressed(self, tag: str, across: float, *further: float, down: float = 0.5) -> bool:
        """Press on an item, go on to further shares of its width, let go; False where the press went past it."""
        self.hover(tag, across=across, down=down)
        self._server.button(1, down=True)
        if taken := self._takes(tag):
            for place in further:
                self.hover(tag, across=place)
        self._server.button(1, down=False)
        self.frames(3)
        return taken

    def _takes(self, tag: str) -> bool:
        """Whether an item takes the press of the mouse, and keeps it while what is under way comes to its end.

        Plots, tables and disabled items never say; that is taken as it is.
        """
        for _ in range(FOLLOWED):
            self.frames(1)
            if not dpg.does_item_exist(tag) or "active" not in dpg.get_item_state(tag) or not dpg.is_item_enabled(tag):
                return True
            if dpg.is_item_active(tag):
                over = dpg.is_item_hovered(tag)
                self.settle()
                self.frames(1)
                if not dpg.does_item_exist(tag):
                    return True
                # One that went away from under the mouse stays active, but letting go there presses nothing.
                return bool(dpg.is_item_active(tag)) and (not over or bool(dpg.is_item_hovered(tag)))
        return False

    def drag(self, tag: str, *, start: float, end: float, steps: int = 5) -> None:
        """Drag from one share of an item's width to another, anew while the press went past it as in `click`."""
        places = [start + (end - start) * step / steps for step in range(steps + 1)]
        self.wait(lambda: self._pressed(tag, *places), f"{tag} to be dragged")

    def press(self, combination: str) -> None:
        """Press keys such as "ctrl+k", and wait until the window has heard that they were let go.

        They go down and up at once: the window takes that in one after the other, and no key is held so long that it repeats.
        """
        self._server.focus()
        names = combination.split("+")
        symbols = [KEYS.get(name) or ord(name) for name in names]
        for symbol in symbols:
            self._server.key(symbol, down=True)
        for symbol in reversed(symbols):
            self._server.key(symbol, down=False)
        first = MODIFIERS.get(names[0]) or keyboard.combination(names[0])[0]
        self.wait(lambda: dpg.is_key_down(first), f"{combination} to go down")
        self.wait(lambda: not dpg.is_key_down(first), f"{combination} to be let go")
        self.frames(2)

    def reach(self, tag: str) -> None:
        """Press Tab until an item has the focus, as who has no mouse. Raises AssertionError where it cannot be reached."""
        for _ in range(MOST_TABS):
            self.press("tab")
            if dpg.is_item_focused(tag):
                return
        raise AssertionError(f"{tag} is not reached with Tab")

    def write(self, text: str) -> None:
        """Type text into what has the focus."""
        self._server.focus()
        for letter in text:
            shifted = letter.isupper() or letter in SHIFTED
            if shifted:
                self._server.key(KEYS["shift"], down=True)
            self._server.key(ord(letter), down=True)
            self._server.key(ord(letter), down=False)
            if shifted:
                self._server.key(KEYS["shift"], down=False)
            self.frames(2)
        self.frames(2)

    def fill(self, tag: str, text: str) -> None:
        """Replace what stands in a field."""
        self.click(tag, across=0.3)
        self.press("ctrl+a")
        if text:
            self.write(text)
        else:
            self.press("delete")
        self.press("enter")

    def page(self, name: str) -> None:
        """Go to a page by its button in the navigation."""
        self.click(f"nav.{name}")
        self.wait(lambda: self.window.shell.current == name, f"page {name}")
        self.frames(3)
        self.settle()


def texts(item: int | str) -> list[str]:
    """Every text and button label below an item, in order."""
    found: list[str] = []
    for slot in range(4):
        for child in dpg.get_item_children(item, slot) or []:
            kind = dpg.get_item_type(child)
            if kind.endswith("mvText"):
                found.append(str(dpg.get_value(child)))
            elif kind.endswith("mvButton"):
                found.append(str(dpg.get_item_label(child)))
            found += texts(child)
    return found


def _scrolling(tag: str) -> Any:
    """The nearest box around an item that scrolls, None when there is none."""
    parent = dpg.get_item_parent(tag)
    while parent:
        if dpg.get_item_type(parent).endswith("mvChildWindow") and dpg.get_y_scroll_max(parent) > 0:
            return parent
        parent = dpg.get_item_parent(parent)
    return None
