"""The reference library: scores that were measured or published, and what they let one expect of a training.

It comes with the app as `reference.json`, made by tools/make_reference.py from the figures of the benchmarks.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["Band", "Reference", "ReferenceLibrary", "read_reference"]

NEAR = 2.0
"""Figures of at most so many times more or fewer steps are taken for those of the training itself."""
NOTHING_LEARNED = 10_000
"""An agent that has made so many steps still plays about as well as chance does."""


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
    """What may be expected: a score from `low` to `high`, None where nothing says so.

    `fewer` and `more` are figures of trainings with fewer and with more steps, `near` of such as this; with it the others are
    empty. All empty: nothing is known.
    """

    near: tuple[Reference, ...] = ()
    fewer: tuple[Reference, ...] = ()
    more: tuple[Reference, ...] = ()
    low: float | None = None
    high: float | None = None


class ReferenceLibrary:
    """All figures there are."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self._references: dict[tuple[str, str], list[Reference]] = {}
        for one in references:
            self._references.setdefault((one.game, one.algorithm), []).append(one)

    def known(self, game: str, algorithm: str) -> Sequence[Reference]:
        """All figures of an algorithm in a game."""
        return self._references.get((game, algorithm), [])

    def always(self, game: str, algorithm: str) -> Band:
        """What to expect of an algorithm that does not learn, after any number of steps."""
        return _as_known(tuple(self.known(game, algorithm)))

    def band(self, game: str, algorithm: str, steps: float, chance: float | None = None) -> Band:
        """What to expect of so many steps: figures of about as many, else a guess between the nearest of fewer and of more.

        `chance` is what random play scores: with no figures of fewer steps, the guess begins there.
        """
        known = self.known(game, algorithm)
        near = tuple(one for one in known if steps / NEAR <= one.steps <= steps * NEAR)
        if near:
            return _as_known(near)
        fewest = max((one.steps for one in known if one.steps < steps), default=0)
        most = min((one.steps for one in known if one.steps > steps), default=0)
        fewer, more = (tuple(one for one in known if one.steps == count) for count in (fewest, most))
        start = fewer
        if more and not fewer and chance is not None:
            start = (dataclasses.replace(more[0], steps=min(NOTHING_LEARNED, most // 2), low=chance, high=chance),)
        low, high = _between(steps, start, more) if start and more else (_low(fewer), _high(more))
        return Band(fewer=fewer, more=more, low=low, high=high)


def _as_known(near: tuple[Reference, ...]) -> Band:
    return Band(near=near, low=_low(near), high=_high(near))


def _low(references: Sequence[Reference]) -> float | None:
    return min((one.low for one in references), default=None)


def _high(references: Sequence[Reference]) -> float | None:
    return max((one.high for one in references), default=None)


def _between(steps: float, start: Sequence[Reference], end: Sequence[Reference]) -> tuple[float, float]:
    """The scores on the way: as if they grew by as much with every step, and as if with every doubling of the steps.

    Learning curves rise late and then flatten, so that they lie between the two.
    """
    before, after = start[0].steps, end[0].steps
    shares = (steps - before) / (after - before), math.log(max(steps, before) / before) / math.log(after / before)
    lows = min(one.low for one in start), min(one.low for one in end)
    highs = max(one.high for one in start), max(one.high for one in end)
    found = [first + max(share, 0.0) * (last - first) for first, last in (lows, highs) for share in shares]
    return min(found), max(found)


def read_reference() -> ReferenceLibrary:
    """The library that comes with the app."""
    text = files("retroml_dearpygui.services").joinpath("reference.json").read_text(encoding="utf-8")
    return ReferenceLibrary([Reference(**score) for score in json.loads(text)["scores"]])
