"""The window: made once per process, then frame after frame until it is closed.

Callbacks of Dear PyGui are called here, on the main thread, one by one: left to itself it would call them on a hidden
thread, silently drop some kinds, and print what they raise.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_core.plugins.registry import resolve
from retroml_dearpygui import offers
from retroml_dearpygui.desk import Desk
from retroml_dearpygui.runtime.background import Background
from retroml_dearpygui.runtime.crashes import CrashLog
from retroml_dearpygui.runtime.display import on_screen, screen, screen_scale
from retroml_dearpygui.runtime.pacing import Pacing
from retroml_dearpygui.ui.palette import DARK, Palette
from retroml_dearpygui.ui.shell import Shell
from retroml_dearpygui.ui.ui import Ui

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_core.app import App
    from retroml_dearpygui.services.settings import SettingsStore

__all__ = ["Window"]

TITLE = "Retro ML Desktop"
SMALLEST = 960, 640


class Window:
    """The app on screen; `crashed` are the unexpected errors it met and outlived.

    `show` needs a display, everything before does not. Used from the main thread.
    """

    def __init__(self, app: App, settings: SettingsStore, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.worker = Background()
        self.crashed: list[BaseException] = []
        self.pacing = Pacing()
        self._clock = clock
        self._mouse: list[float] = []
        self._began = clock()
        dpg.create_context()
        dpg.configure_app(manual_callback_management=True, keyboard_navigation=True)
        self.settings = settings
        self.app = app
        self.ui = Ui(*self._look())
        self.shell = Shell(self.ui, CrashLog(app.root.cache / "crashes"), self._restyle, clock)
        self.desk = Desk(app, settings, self.worker, self.shell, clock=clock)
        self.shell.attach(self.desk)
        self.shell.build()

    def show(self) -> None:
        """Open the window on the page shown last; see `check_display` for what has to be there."""
        now = self.settings.now
        smallest = {"min_width": SMALLEST[0], "min_height": SMALLEST[1]}
        dpg.create_viewport(title=TITLE, width=now.width, height=now.height, clear_color=self.ui.palette.page, **smallest)
        dpg.setup_dearpygui()
        dpg.show_viewport()
        self._go_where_it_was()
        dpg.set_primary_window("root", True)
        self.shell.go(now.page, {})

    def run(self) -> None:
        """Draw frames until the window is closed."""
        while dpg.is_dearpygui_running():
            self.frame()
            self.rest()

    def rest(self) -> None:
        """Wait until the next frame is due, or something is posted."""
        page = self.shell.page
        self.worker.wait(self.pacing.delay(self._began, self._clock(), page.fps if page else 0.0))

    def frame(self) -> None:
        """Draw one frame: what was posted, the page's tick, the picture, then what the user did."""
        now = self._clock()
        dt, self._began = now - self._began, now
        for do in self.worker.drain():
            self._guarded("a message to the main thread", do)
        self.shell.tick(dt)
        dpg.render_dearpygui_frame()
        self._callbacks(now)

    def _callbacks(self, now: float) -> None:
        mouse = dpg.get_mouse_pos(local=False)
        jobs = dpg.get_callback_queue() or ()
        if jobs or mouse != self._mouse:
            self.pacing.touch(now)
        self._mouse = mouse
        for callback, *arguments in jobs:
            if callback is not None:
                wanted = len(inspect.signature(callback).parameters)
                self._guarded("a reaction to the user", functools.partial(callback, *arguments[:wanted]))

    def _guarded(self, where: str, do: Callable[[], Any]) -> None:
        try:
            do()
        except Exception as error:  # noqa: BLE001  # the window outlives it
            dpg.empty_container_stack()  # what it was making is not finished
            self.crashed.append(error)
            self.shell.crashed(where, error)

    def picture(self, path: Path, frames: int = 3) -> None:
        """Write what is shown to a PNG file. The frame buffer lags behind, so some frames are drawn before."""
        for _ in range(frames):
            self.frame()
        dpg.output_frame_buffer(str(path))
        self.frame()

    def close(self) -> None:
        """Remember size and place of the window and take it away. Trainings are processes of their own and go on."""
        if dpg.is_viewport_ok():
            self.settings.set(width=dpg.get_viewport_width(), height=dpg.get_viewport_height())
            self.desk.layout.keep_window(*map(int, dpg.get_viewport_pos()))
        self.desk.close()
        dpg.destroy_context()

    def _go_where_it_was(self) -> None:
        """Put the window where it was the last time, as far as that can be seen on the screens there are now."""
        place, area = self.desk.layout.window, screen()
        if place is not None and area is not None:
            size = dpg.get_viewport_width(), dpg.get_viewport_height()
            dpg.set_viewport_pos(list(on_screen(place, size, area)))

    def _look(self) -> tuple[Palette, float]:
        now = self.settings.now
        found = {spec.name: spec for spec in offers.themes(self.app.plugins)}
        palette = resolve(found[now.theme].factory) if now.theme in found else DARK
        return palette, now.scale or screen_scale()

    def _restyle(self) -> None:
        self.ui.style(*self._look())
        if dpg.is_viewport_ok():
            dpg.set_viewport_clear_color(list(self.ui.palette.page))
