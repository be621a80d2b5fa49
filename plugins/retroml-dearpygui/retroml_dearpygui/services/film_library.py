"""All films of a data root, as the app needs them: listed, named, thrown away and taken back, with a still picture each."""

from __future__ import annotations

import builtins
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.faults import Fault
from retroml_core.files import read_json, write_json
from retroml_core.films.listing import Film, films_in
from retroml_dearpygui.services.film_reader import FilmReader, Unplayable

if TYPE_CHECKING:
    import numpy.typing as npt

    from retroml_core.app import App

__all__ = ["THUMBNAIL", "FilmLibrary", "letterboxed"]

THUMBNAIL = (384, 216)
"""Width and height of still pictures."""
_TRASHED = "film.json"


class FilmLibrary:
    """The films under the data root of `app`. Blocks: for the background."""

    def __init__(self, app: App) -> None:
        self._app = app

    def list(self) -> builtins.list[Film]:
        """All complete films. Raises RootError when the data root cannot be read."""
        return [film for folder in self._app.root.run_folders() for film in films_in(folder / "videos")]

    def rename(self, film: Film, name: str) -> None:
        """Give a film another name; its file keeps its own. Raises OSError, ValueError."""
        tree = dict(read_json(film.sidecar_path))
        write_json(film.sidecar_path, {**tree, "label": name})

    def delete(self, film: Film) -> Path:
        """Move a film to the trash; where it lies there, for `restore`. Raises OSError."""
        folder = self._app.root.trash / f"film-{time.time_ns()}"
        folder.mkdir(parents=True)
        write_json(folder / _TRASHED, {"from": str(film.path.parent), "file": film.name, "deleted_at": time.time()})
        for path in (film.path, film.sidecar_path):
            shutil.move(path, folder / path.name)
        return folder

    def restore(self, trashed: Path) -> None:
        """Take a film back from where `delete` put it. Raises Fault, OSError, ValueError."""
        about = read_json(trashed / _TRASHED)
        folder, name = Path(about["from"]), str(about["file"])
        if not folder.is_dir():
            raise Fault(f"the run of {name} is gone: take it back first")
        if (folder / name).exists():
            raise Fault(f"{folder / name} is there already")
        for file in (Path(name).with_suffix(".json").name, name):
            shutil.move(trashed / file, folder / file)
        shutil.rmtree(trashed)

    def thumbnail(self, film: Film) -> npt.NDArray[np.uint8]:
        """A still picture from the film, uint8 (216, 384, 3). Raises Unplayable."""
        with FilmReader(film.path, THUMBNAIL) as reader:
            reader.seek(reader.duration * 0.6)
            picture = reader.next()
        if picture is None:
            raise Unplayable(f"{film.name} holds no pictures")
        return letterboxed(picture.pixels_HWC)


def letterboxed(pixels_HWC: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The picture in the middle of a black one of the size of a thumbnail."""
    width, height = THUMBNAIL
    whole_HWC = np.zeros((height, width, 3), np.uint8)
    high, wide = pixels_HWC.shape[:2]
    top, left = (height - high) // 2, (width - wide) // 2
    whole_HWC[top : top + high, left : left + wide] = pixels_HWC
    return whole_HWC
