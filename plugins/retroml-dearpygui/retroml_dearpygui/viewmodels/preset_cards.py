"""What each preset promises for a game and an algorithm, in words: how long, how many steps, which scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_dearpygui.viewmodels.length import Length
from retroml_dearpygui.viewmodels.wording import million, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.specs import AlgorithmSpec, GameSpec
    from retroml_dearpygui.services.reference import Band, Reference, ReferenceLibrary

__all__ = ["PresetCard", "Scores", "band_words", "short_band"]

NAMED_SOURCES = 2


@dataclass(frozen=True)
class PresetCard:
    """A preset to choose: how long it takes, the scores to expect in a few letters, and all of it in sentences."""

    name: str
    length: str
    scores: str
    words: str


class Scores:
    """What the reference library lets one expect of an algorithm in a game."""

    def __init__(self, library: ReferenceLibrary, game: GameSpec, algorithm: AlgorithmSpec) -> None:
        self._library, self._game, self._algorithm = library, game, algorithm

    def card(self, name: str, hours: float, speed: float) -> PresetCard:
        """The card of a preset that takes so many hours at `speed` steps a second."""
        length, steps = Length.of_hours(hours).words, hours * 3600 * speed
        words = f"About {million(steps)} steps in {length}. {self.words(steps)}"
        return PresetCard(name, length, short_band(self._band(steps)), words)

    def words(self, steps: float) -> str:
        """The scores to expect of so many steps, in sentences."""
        return band_words(self._band(steps), self._algorithm.title, self._game)

    def _band(self, steps: float) -> Band:
        if "learns" not in self._algorithm.traits:
            return self._library.always(self._game.name, self._algorithm.name)
        return self._library.band(self._game.name, self._algorithm.name, steps, self._game.random_score)


def short_band(band: Band) -> str:
    """ "3 to 443", "up to 443", "from 3", "no figures yet"."""
    if band.low is not None and band.high is not None:
        written = _round if band.near else _rough
        low, high = written(band.low), written(band.high)
        return f"about {high}" if low == high else f"{low} to {high}"
    if band.high is not None:
        return f"up to {_round(band.high)}"
    return f"from {_round(band.low)}" if band.low is not None else "no figures yet"


def band_words(band: Band, algorithm: str, game: GameSpec) -> str:
    """The same in sentences, with where the figures come from and what chance and people score."""
    parts = [_known(band) or f"There are no figures yet for {algorithm} in this game."]
    if game.random_score is not None and game.human_score is not None:
        parts.append(f"Random play scores {score(game.random_score)}, people {score(game.human_score)}.")
    return " ".join(parts)


def _known(band: Band) -> str:
    if band.near:
        return f"Known scores: {_points(band.near)} {_after(band.near)}."
    if band.low is not None and band.high is not None:
        start = f"{_points(band.fewer)} {_after(band.fewer)}" if band.fewer else "random play"
        end = f"{_points(band.more)} {_after(band.more)}"
        return f"Likely {_rough(band.low)} to {_rough(band.high)}: a guess between {start} and {end}."
    if band.more:
        return f"Known scores: {_points(band.more)} {_after(band.more)}; expect less of fewer steps."
    return f"Known scores: {_points(band.fewer)} {_after(band.fewer)}; expect more of more steps." if band.fewer else ""


def _points(references: Sequence[Reference]) -> str:
    low, high = _round(min(one.low for one in references)), _round(max(one.high for one in references))
    return low if low == high else f"{low} to {high}"


def _after(references: Sequence[Reference]) -> str:
    """ "(after 10 M steps: SB3 zoo, CleanRL and others)"."""
    fewest, most = _steps(min(one.steps for one in references)), _steps(max(one.steps for one in references))
    steps = most if fewest == most else f"{fewest} to {most}"
    sources = list(dict.fromkeys(one.source for one in references))
    others = " and others" if len(sources) > NAMED_SOURCES else ""
    return f"(after {steps} steps: {', '.join(sources[:NAMED_SOURCES])}{others})"


def _steps(count: int) -> str:
    return f"{count / 1e6:g} M" if count >= 1e6 else f"{count / 1000:g} k"


def _round(points: float) -> str:
    return f"{points:,.0f}" if abs(points) >= 10 else score(round(points, 1))


def _rough(points: float) -> str:
    """A guess, in two figures: "-12", "1.5", "180", "2,700"."""
    digits = 1 - math.floor(math.log10(abs(points))) if abs(points) >= 1 else 1
    return score(round(points, min(digits, 1)) + 0.0)  # no minus before a zero
