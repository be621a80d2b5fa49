"""Whether a window can be shown. Asked before Dear PyGui tries, because its window library aborts the process instead."""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes.util import find_library

from retroml_core.faults import Fault

__all__ = ["NoDisplay", "Screen", "be_sharp", "check_display", "on_screen", "screen", "screen_scale"]

BASE_DPI = 96.0
PER_MONITOR = 2
VIRTUAL_SCREEN = 76, 77, 78, 79
"""How Windows numbers left, top, width and height of all monitors together."""

Screen = tuple[int, int, int, int]
"""Left, top, width and height of all monitors together, in pixels."""


class NoDisplay(Fault):
    """No window can be shown here; the message says why and what to do."""


def check_display() -> None:
    """Raise NoDisplay unless an X server with OpenGL answers. Windows and macOS always have both."""
    if not sys.platform.startswith("linux"):
        return
    name = os.environ.get("DISPLAY")
    if not name:
        wayland = " (this Wayland session needs XWayland)" if os.environ.get("WAYLAND_DISPLAY") else ""
        raise NoDisplay(
            f"there is no display: DISPLAY is not set{wayland}. Start the app from a graphical session, or over "
            "`ssh -X`; everything it does is also there as commands, see `retroml --help`"
        )
    _check_x(name)


def _check_x(name: str) -> None:
    try:
        x11 = ctypes.CDLL(find_library("X11") or "libX11.so.6")
        gl = ctypes.CDLL(find_library("GL") or "libGL.so.1")
    except OSError as error:
        raise NoDisplay(f"a system library is missing ({error}); on Debian and Ubuntu: apt install libx11-6 libgl1") from error
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    gl.glXQueryExtension.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if not display:
        raise NoDisplay(f"the display {name} does not answer; is the graphical session still there, and may you use it?")
    try:
        first, second = ctypes.c_int(), ctypes.c_int()
        if not gl.glXQueryExtension(display, ctypes.byref(first), ctypes.byref(second)):
            raise NoDisplay(f"the display {name} has no OpenGL (GLX); on Debian and Ubuntu: apt install libgl1-mesa-dri")
    finally:
        x11.XCloseDisplay(display)


def be_sharp() -> None:
    """Tell Windows that the app draws at the screen's own resolution. Before the window is made; nothing elsewhere."""
    if sys.platform == "win32":
        try:
            ctypes.windll.shcore.SetProcessDpiAwareness(PER_MONITOR)
        except (AttributeError, OSError):
            ctypes.windll.user32.SetProcessDPIAware()


def screen_scale() -> float:
    """How much larger than usual the screen wants things, 1.0 to 3.0."""
    if sys.platform == "win32":
        return _within(ctypes.windll.user32.GetDpiForSystem() / BASE_DPI)
    for variable in ("GDK_SCALE", "QT_SCALE_FACTOR"):
        try:
            return _within(float(os.environ[variable]))
        except (KeyError, ValueError):
            continue
    return 1.0


def screen() -> Screen | None:
    """Where windows can be seen; None where the system does not tell."""
    if sys.platform == "win32":
        left, top, width, height = map(ctypes.windll.user32.GetSystemMetrics, VIRTUAL_SCREEN)
        return left, top, width, height
    return _x_screen() if sys.platform.startswith("linux") else None


def on_screen(place: tuple[int, int], size: tuple[int, int], area: Screen) -> tuple[int, int]:
    """`place` of a window of that size, moved so that as much of it as fits is seen, its upper left corner first."""
    left, top = (
        max(low, min(at, low + room - long)) for at, low, room, long in zip(place, area[:2], area[2:], size, strict=True)
    )
    return left, top


def _x_screen() -> Screen | None:
    try:
        x11 = ctypes.CDLL(find_library("X11") or "libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    for ask in (x11.XDefaultScreen, x11.XCloseDisplay):
        ask.argtypes = [ctypes.c_void_p]
    for ask in (x11.XDisplayWidth, x11.XDisplayHeight):
        ask.argtypes = [ctypes.c_void_p, ctypes.c_int]
    display = x11.XOpenDisplay(None)
    if not display:
        return None
    try:
        number = x11.XDefaultScreen(display)
        return 0, 0, x11.XDisplayWidth(display, number), x11.XDisplayHeight(display, number)
    finally:
        x11.XCloseDisplay(display)


def _within(scale: float) -> float:
    return min(3.0, max(1.0, scale))
