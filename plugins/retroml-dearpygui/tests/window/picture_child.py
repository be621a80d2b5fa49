"""Draws every page with a software renderer and writes its picture; run in a process of its own by the test of pictures.

Fails when the app has loaded what only trainings need.
"""

import dataclasses
import sys
import zlib
from pathlib import Path

import numpy as np
from retroml_dearpygui.runtime.window import Window
from retroml_dearpygui.services.settings import SettingsStore

from retroml_core.app import App
from retroml_core.testing import TinyRun, tiny_run


def rest(window: Window) -> None:
    """A frame, which takes long to draw, and time for what is under way."""
    window.frame()
    window.worker.wait(0.1)


def draw(window: Window, path: Path) -> None:
    """Write a picture of the page shown, with some time before for what it asks for."""
    for _ in range(2):
        rest(window)
    window.picture(path, frames=2)


def main(folder: Path) -> None:
    with App.open() as app:
        app.root.prepare()
        tiny_run(app.root.path, TinyRun(updates=30), app=app)
        (app.root.cache / "games").mkdir()
        picture = np.add.outer(np.arange(210), np.arange(160)).astype(np.uint8)
        for game in app.registry.games:
            pixels = zlib.compress(np.stack([picture, picture * 2, 255 - picture], axis=2).tobytes(), 1)
            (app.root.cache / "games" / f"{game}.rgb").write_bytes(pixels)
        settings = SettingsStore(app.root.path / "desktop.json")
        settings.now = dataclasses.replace(settings.now, mode=3, toured=False, width=1200, height=760)
        window = Window(app, settings)
        window.show()
        from retroml_dearpygui.viewmodels.curves import CurvesViewModel
        from retroml_dearpygui.viewmodels.runs import RunsViewModel
        from retroml_dearpygui.viewmodels.train import TrainViewModel

        train, runs, curves = (window.desk.viewmodel(kind) for kind in (TrainViewModel, RunsViewModel, CurvesViewModel))
        while train.expectation is None or not runs.loaded or curves.shown.score is None:
            rest(window)
        for spec in window.shell.pages:
            window.shell.go(spec.name, {})
            draw(window, folder / f"{spec.name}.png")
        settings.set(theme="light")
        window.shell.go("train", {})
        window.shell.restyle()
        draw(window, folder / "light.png")
        window.close()
    sys.exit(f"the app loaded {heavy}" if (heavy := {"torch", "tianshou"} & sys.modules.keys()) else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
