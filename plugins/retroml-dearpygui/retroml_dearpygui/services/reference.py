"""The reference library: scores that were measured or published, and what they let one expect of a training.

It comes with the app as `reference.json`, made by tools/make_reference.py from the figures of the benchmarks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["Band", "Reference", "ReferenceLibrary", "read_reference"]

NEAR = 2.0
"""Figures of at most so many times more or fewer steps are taken for those of the training itself."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """Raw points from `low` to `high` that an algorithm reached in a game after `steps`, and who says so."""

    game: str
    algorithm: str
    steps: int
    low: float
    high: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """What may be expected. `fewer` and `more` are figures of trainings with fewer and with more steps, `near` of such as this.

    All empty: nothing is known. With `near` the others are empty.
    """

    near: tuple[Reference, ...] = ()
    fewer: tuple[Reference, ...] = ()
    more: tuple[Reference, ...] = ()

    @property
    def low(self) -> float | None:
        """A score to be reached at least, None when nothing says so."""
        return min((one.low for one in self.near or self.fewer), default=None)

    @property
    def high(self) -> float | None:
        """A score that is hardly surpassed, None when nothing says so."""
        return max((one.high for one in self.near or self.more), default=None)


class ReferenceLibrary:
    """All figures there are."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self._references: dict[tuple[str, str], list[Reference]] = {}
        for one in references:
            self._references.setdefault((one.game, one.algorithm), []).append(one)

    def known(self, game: str, algorithm: str) -> Sequence[Reference]:
        """All figures of an algorithm in a game."""
        return self._references.get((game, algorithm), [])

    def band(self, game: str, algorithm: str, steps: float) -> Band:
        """What to expect of so many steps: figures of about as many, else the nearest of fewer and of more."""
        known = self.known(game, algorithm)
        near = tuple(one for one in known if steps / NEAR <= one.steps <= steps * NEAR)
        if near:
            return Band(near=near)
        fewer = max((one.steps for one in known if one.steps < steps), default=0)
        more = min((one.steps for one in known if one.steps > steps), default=0)
        return Band(
            fewer=tuple(one for one in known if one.steps == fewer), more=tuple(one for one in known if one.steps == more)
        )


def read_reference() -> ReferenceLibrary:
    """The library that comes with the app."""
    text = files("retroml_dearpygui.services").joinpath("reference.json").read_text(encoding="utf-8")
    return ReferenceLibrary([Reference(**score) for score in json.loads(text)["scores"]])
