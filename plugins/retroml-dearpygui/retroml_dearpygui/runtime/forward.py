"""The window comes to the front when the app is started a second time, as far as the desktop lets it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.runtime.single import called

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_dearpygui.runtime.window import Window

__all__ = ["answer_calls"]

LOOK_SECONDS = 0.5
RESTORE = 9


def answer_calls(window: Window, root: Path) -> None:
    """From now on, come to the front whenever a second start under `root` asks for it."""
    window.worker.every(LOOK_SECONDS, partial(called, root), lambda asked: _come_forward(window) if asked else None)


def _come_forward(window: Window) -> None:
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.user32.FindWindowW(None, dpg.get_viewport_title())
        ctypes.windll.user32.ShowWindow(handle, RESTORE)
        ctypes.windll.user32.SetForegroundWindow(handle)
    # Above all others for one frame: where there is no way to raise a window, this is one.
    dpg.set_viewport_always_top(True)
    window.worker.post(lambda: dpg.set_viewport_always_top(False))
    window.desk.toast("The app is open already", "It was started a second time: this is its window.")
