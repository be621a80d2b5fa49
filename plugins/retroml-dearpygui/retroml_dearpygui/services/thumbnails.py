"""Still pictures of films: the one the core keeps of each, else one taken out of the film here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.filming import FilmError
from retroml_dearpygui.services.film_reader import FilmReader, Unplayable

if TYPE_CHECKING:
    import numpy.typing as npt

    from retroml_core.films.film import Film
    from retroml_core.services.films import FilmService

__all__ = ["THUMBNAIL", "letterboxed", "thumbnail"]

THUMBNAIL = (384, 216)
"""Width and height of still pictures."""
LATE = 0.6
"""Which share of a film into it a picture is taken: after the agent learned something."""


def thumbnail(films: FilmService, film: Film) -> npt.NDArray[np.uint8]:
    """A still picture of a film, uint8 (216, 384, 3). Raises Unplayable. Blocks: for the background."""
    try:
        return letterboxed(_picture(films.thumbnail(film), 0.0))
    except (FilmError, Unplayable):
        return letterboxed(_picture(film.path, LATE))


def letterboxed(pixels_HWC: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The picture in the middle of a black one of the size of a thumbnail."""
    width, height = THUMBNAIL
    whole_HWC = np.zeros((height, width, 3), np.uint8)
    high, wide = pixels_HWC.shape[:2]
    top, left = (height - high) // 2, (width - wide) // 2
    whole_HWC[top : top + high, left : left + wide] = pixels_HWC
    return whole_HWC


def _picture(path: Path, share: float) -> npt.NDArray[np.uint8]:
    with FilmReader(path, THUMBNAIL) as reader:
        if share:
            reader.seek(reader.duration * share)
        picture = reader.next()
    if picture is None:
        raise Unplayable(f"{path.name} holds no pictures")
    return picture.pixels_HWC
