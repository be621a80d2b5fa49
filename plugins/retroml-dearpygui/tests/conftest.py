"""What the tests of the app share."""

from __future__ import annotations

import ctypes.util
import dataclasses
import math
import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from retroml_dearpygui.services.configs import Composer
from retroml_dearpygui.services.settings import DesktopSettings, SettingsStore
from retroml_dearpygui.testing import FakeFront, make_desk

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.robot import Robot
    from retroml_dearpygui.runtime.window import Window

from retroml_core.app import App


@pytest.fixture
def front(desk: Desk) -> FakeFront:
    """What the user would have seen."""
    return desk.front  # type: ignore[return-value]  # a FakeFront in tests


@pytest.fixture
def desk(app: App, composer: Composer) -> Iterator[Desk]:
    """A desk without a window, whose background work is done at once."""
    desk, _ = make_desk(app, composer)
    yield desk
    desk.close()


@pytest.fixture(scope="session")
def composer() -> Iterator[Composer]:
    """What was composed for one test need not be composed again for the next."""
    with App.open() as app:
        yield Composer(app)


class FrameClock:
    """A clock that goes a little with every look at it: with frames, not with the time they take."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.005
        return self.now


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """An X server of this process's own. Drawing is dropped (GALLIUM_NOOP) unless RETROML_PICTURES is set."""
    missing = [what for what in ("Xvfb",) if shutil.which(what) is None] + _missing_libraries("X11", "Xtst", "GL")
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"a window needs {', '.join(missing)}: apt install xvfb libxtst6 libgl1 libgl1-mesa-dri")
    assert not missing
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as answer:
            name = f":{answer.readline().strip()}"
        os.environ |= {"DISPLAY": name, "LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_NOOP": "1"}
        yield name
        server.terminate()


@pytest.fixture(scope="session")
def window(display: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """The one window of this process: Dear PyGui does not survive a second context."""
    import dearpygui.dearpygui as dpg
    from retroml_dearpygui.runtime.window import Window

    root = tmp_path_factory.mktemp("desktop")
    os.environ["RETROML_HOME"] = str(root)
    with App.open() as app:
        app.root.prepare()
        draw_blank_games(app)
        made = Window(app, SettingsStore(root / "desktop.json"), clock=FrameClock())
        made.settings.set(toured=True, mode=3)
        made.show()
        dpg.set_viewport_pos([0, 0])  # as large as the screen: elsewhere a part of it could not be clicked
        yield made
        made.close()


@pytest.fixture
def first_page() -> str:
    """The page that the window is on when a test begins; "" is the first. Making the one with all settings takes longest."""
    return ""


@pytest.fixture
def robot(window: Window, first_page: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Robot]:
    """The window as at a first start, with no runs, on `first_page`; it has no unexpected error afterwards."""
    from retroml_dearpygui.robot import Robot

    # The clock goes with frames: on a slow machine work takes many, would rest for thousands, and an Undo would be gone.
    monkeypatch.setattr("retroml_dearpygui.viewmodels.debounce.LEAST_REST", 0.0)
    monkeypatch.setattr("retroml_dearpygui.ui.toasts.UNDO_SECONDS", math.inf)
    robot = Robot(window)
    window.crashed.clear()
    window.shell.dialogs.close()
    window.shell.toasts.clear()
    for folder in (window.app.root.experiments, window.app.root.trash):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    window.settings.set(**dataclasses.asdict(DesktopSettings(toured=True, mode=3, width=1440, height=900)))
    window.shell.restart(first_page)
    robot.frames(3)
    yield robot
    assert window.crashed == []


def draw_blank_games(app: App) -> None:
    """Pictures of all games, so that nothing has to be drawn by an emulator."""
    folder = app.root.cache / "games"
    folder.mkdir(parents=True)
    pixels = zlib.compress(bytes(range(210)) * 480, 1)
    for game in app.registry.games:
        (folder / f"{game}.rgb").write_bytes(pixels)


def _missing_libraries(*names: str) -> list[str]:
    return [f"lib{name}" for name in names if ctypes.util.find_library(name) is None]
