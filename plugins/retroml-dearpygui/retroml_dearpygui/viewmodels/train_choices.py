"""What can be chosen before a training: games and algorithms, in the order they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_core.specs import AlgorithmSpec, GameSpec

__all__ = ["PRESET_HOURS", "found_games", "one_of", "ordered_algorithms", "ordered_games"]

SHOWN_FIRST = ("breakout", "pong", "space_invaders", "ms_pacman", "kung_fu_master", "qbert", "seaquest", "boxing")
"""Games people know or that are learned quickly; those that are installed are offered first."""
PRESET_HOURS = {"short": 1.5, "medium": 5.0, "long": 12.0}
"""The presets, with the `budget.default_hours` of their files in `conf/preset`."""


def ordered_games(games: Mapping[str, GameSpec]) -> list[GameSpec]:
    """The games to choose from: well-known ones first, then by title; what only exists for tests last."""
    first = [games[name] for name in SHOWN_FIRST if name in games]
    rest = sorted((game for game in games.values() if game not in first), key=lambda game: game.title)
    return first + rest


def ordered_algorithms(specs: Mapping[str, AlgorithmSpec]) -> list[AlgorithmSpec]:
    """Those that learn, then the others, each by title."""
    return sorted(specs.values(), key=lambda spec: ("learns" not in spec.traits, spec.title))


def found_games(games: Sequence[GameSpec], words: str) -> list[GameSpec]:
    """The games in whose title, name or description all `words` occur, in any case; those called so first."""
    wanted = words.lower().split()
    called = [game for game in games if _all_in(wanted, game.title, game.name)]
    about = [game for game in games if game not in called and _all_in(wanted, game.title, game.name, game.summary)]
    return called + about


def one_of(kept: object, usual: Sequence[str], there: Sequence[str]) -> str:
    """What was chosen last where it is still `there`, else the first usual name that is."""
    return next(name for name in [kept, *usual] if isinstance(name, str) and name in there)


def _all_in(words: Sequence[str], *places: str) -> bool:
    text = " ".join(places).lower()
    return all(word in text for word in words)
