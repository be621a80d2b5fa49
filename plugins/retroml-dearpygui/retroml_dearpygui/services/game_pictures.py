"""Pictures of games, made once from the games themselves: a frame after some seconds of seeded random play.

A child process makes them (`python -m retroml_dearpygui.services.game_pictures FOLDER GAME ...`), one file each, so that the
app neither waits nor loads an emulator. They can be made again at any time, so they live in the cache.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core.files import write_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GamePictures", "draw"]

HEIGHT, WIDTH = 210, 160
SEED = 20
SECONDS, MORE_SECONDS, MOST_SECONDS = 8, 4, 28
FRAMES_A_SECOND, FRAMES_AN_ACTION = 60, 4
LIVELY_COLOURS = 4
"""A picture with fewer colours shows an empty screen; play goes on for a while then."""


class GamePictures:
    """The pictures in a folder. `make` starts what draws the missing ones; `read` gives one once it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    def read(self, game: str) -> NDArray[np.uint8] | None:
        """The picture of a game (210, 160, 3), None when there is none (yet)."""
        try:
            pixels = np.frombuffer(zlib.decompress((self.folder / f"{game}.rgb").read_bytes()), np.uint8)
            return pixels.reshape(HEIGHT, WIDTH, 3)
        except (OSError, ValueError, zlib.error):
            return None

    def make(self, games: Iterable[str]) -> bool:
        """Start drawing those of `games` that are missing, in this order; whether there was something to draw."""
        there = {path.stem for path in self.folder.glob("*.rgb")} if self.folder.is_dir() else set()
        missing = [game for game in games if game not in there]
        if missing and not self.drawing:
            self.folder.mkdir(exist_ok=True)  # never the data folder itself, which may have gone away
            command = [sys.executable, "-m", __name__, str(self.folder), *missing]
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self._child = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]  # three times a file
        return bool(missing)

    @property
    def drawing(self) -> bool:
        """Whether pictures are being drawn."""
        return self._child is not None and self._child.poll() is None


def draw(game: str) -> NDArray[np.uint8]:
    """A frame of `game` (210, 160, 3). Raises ValueError when the emulator does not have it."""
    from ale_py import ALEInterface, LoggerMode, roms

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what is said below
        path = roms.get_rom_path(game)
    if path is None:
        raise ValueError(f"there is no ROM of {game}")
    ALEInterface.setLoggerMode(LoggerMode.Error)
    ale = ALEInterface()
    ale.setInt("random_seed", SEED)
    ale.setFloat("repeat_action_probability", 0.0)
    ale.loadROM(path)
    random = np.random.default_rng(SEED)
    actions = ale.getMinimalActionSet()
    pixels = _play(ale, actions, random, SECONDS)
    seconds = SECONDS
    while _colours(pixels) < LIVELY_COLOURS and seconds < MOST_SECONDS:
        pixels = max(pixels, _play(ale, actions, random, MORE_SECONDS), key=_colours)
        seconds += MORE_SECONDS
    return _fitted(pixels)


def _colours(pixels_HWC: NDArray[np.uint8]) -> int:
    return len(np.unique(pixels_HWC.reshape(-1, 3), axis=0))


def _play(ale: Any, actions: list[Any], random: np.random.Generator, seconds: int) -> NDArray[np.uint8]:
    for _ in range(seconds * FRAMES_A_SECOND // FRAMES_AN_ACTION):
        action = actions[int(random.integers(len(actions)))]
        for _ in range(FRAMES_AN_ACTION):
            if ale.game_over():
                ale.reset_game()
            ale.act(action)
    return np.asarray(ale.getScreenRGB(), np.uint8)


def _fitted(pixels_HWC: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A screen of another height is cut or padded to the usual one, about its middle."""
    spare = pixels_HWC.shape[0] - HEIGHT
    if spare >= 0:
        return pixels_HWC[spare // 2 : spare // 2 + HEIGHT]
    return np.pad(pixels_HWC, ((-spare // 2, -spare - -spare // 2), (0, 0), (0, 0)))


def main(folder: Path, games: Iterable[str]) -> int:
    """Draw `games` into `folder`, at low priority; those that cannot be drawn are passed over."""
    if hasattr(os, "nice"):
        os.nice(15)
    for game in games:
        with contextlib.suppress(ValueError, RuntimeError, ImportError):
            write_bytes(folder / f"{game}.rgb", zlib.compress(draw(game).tobytes(), 6))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
