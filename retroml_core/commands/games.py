"""`retroml games [WORD]`: the games, with their actions, lives and reference scores."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import TYPE_CHECKING

from retroml_core.terminal.printing import print_json
from retroml_core.terminal.text_table import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.specs import GameSpec

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """List games; 1 when none fits the words."""
    parser = argparse.ArgumentParser(prog="retroml games", description="List the games.")
    parser.add_argument("words", nargs="*", help="only games with these words in their name, title or description")
    parser.add_argument("--actions", action="store_true", help="also list the actions of each game")
    parser.add_argument("--json", action="store_true", help="print all that is known of each game as JSON")
    asked = parser.parse_args(argv)
    games = [game for _, game in sorted(app.registry.games.items()) if _fits(game, asked.words)]
    if asked.json:
        print_json([dataclasses.asdict(game) for game in games])
    elif games:
        sys.stdout.write(_table(games, actions=asked.actions) + "\n" + (_about(games) if asked.words else ""))
    else:
        sys.stderr.write(f"no game has {' '.join(asked.words)!r} in its name or description\n")
    return 0 if games else 1


def _fits(game: GameSpec, words: Sequence[str]) -> bool:
    return all(word.lower() in f"{game.name} {game.title} {game.summary}".lower() for word in words)


def _table(games: Sequence[GameSpec], *, actions: bool) -> str:
    head = ("game", "title", "difficulty", "actions", "lives", "random", "human")
    rows = [
        (
            game.name,
            game.title,
            game.difficulty or "?",
            ", ".join(game.actions) if actions else str(len(game.actions) or "?"),
            str(game.lives or "-"),
            _score(game.random_score),
            _score(game.human_score),
        )
        for game in games
    ]
    sources = sorted({game.scores_source for game in games if game.scores_source})
    return "\n".join([columns([head, *rows]), *(f"scores: {source}" for source in sources)])


def _about(games: Sequence[GameSpec]) -> str:
    return "".join(f"{game.title}: {game.summary}\n" for game in games if game.summary)


def _score(score: float | None) -> str:
    return "?" if score is None else f"{score:,.1f}"
