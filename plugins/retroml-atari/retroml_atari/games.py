"""The games bundled with ale-py that one player can play, as static data: listing them loads neither ale-py nor numpy.

`games.json` is written by `tools/make_games.py`.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from retroml_core import GameSpec

__all__ = ["carries_over", "games"]


def games() -> tuple[GameSpec, ...]:
    """All games in order of their names."""
    table = _table()
    return tuple(_spec(entry, table["scores_source"]) for entry in table["games"])


def carries_over(game: str) -> bool:
    """Whether the beginning of a game depends on what the console played before (`tools/find_carry_over.py` tells why).

    A game that is not listed is taken to.
    """
    return next((bool(entry["carries_over"]) for entry in _table()["games"] if entry["name"] == game), True)


def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files("retroml_atari").joinpath("games.json").read_text(encoding="utf-8"))
    return table


def _spec(entry: dict[str, Any], source: str) -> GameSpec:
    published = entry["human"] is not None
    return GameSpec(
        name=entry["name"],
        title=entry["title"],
        summary=entry["summary"],
        environment="atari",
        aliases=_aliases(entry["name"]),
        actions=tuple(entry["actions"]),
        lives=entry["lives"],
        difficulty=entry["difficulty"],
        random_score=entry["random"],
        human_score=entry["human"],
        scores_source=source if published else "",
    )


def _aliases(name: str) -> tuple[str, ...]:
    """The names under which Gym and Gymnasium registered the game (`ms_pacman`: `MsPacmanNoFrameskip-v4`)."""
    camel = name.title().replace("_", "")
    gym = [f"{camel}{kind}-{version}" for kind in ("NoFrameskip", "Deterministic", "") for version in ("v4", "v0")]
    return (f"ALE/{camel}-v5", f"{camel}-v5", *gym, camel, name.replace("_", "-"))
