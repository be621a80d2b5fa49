"""`retroml evaluate NAME`: let a model, or a checkpoint of a run, play seeded games; nothing is written to it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from retroml_core.commands.numbers import count, whole
from retroml_core.commands.sources import find_source
from retroml_core.terminal.printing import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.training.scorecard import Scorecard

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Play and print the card; 0 on success. Raises Fault for what does not exist or cannot be played."""
    from retroml_core.training.scorecard import Protocol, evaluate

    asked = _parser().parse_args(argv)
    run, checkpoint = find_source(app, asked.source, asked.checkpoint)
    protocol = Protocol(episodes=asked.episodes, seed=asked.seed, greedy=asked.greedy, max_steps=asked.max_steps)
    card = evaluate(app, run, checkpoint.step, protocol)
    if card is None:
        return 1
    answer(card.as_dict(), _page(card), as_json=asked.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retroml evaluate", description="Let a model play seeded games and print its scores. Nothing is written to it."
    )
    parser.add_argument("source", help="a model or a run: its id, a unique beginning of it, or latest (the newest run)")
    parser.add_argument("--checkpoint", default="", metavar="NAME", help="of a run: best, latest, or a step; default: the best")
    parser.add_argument("--episodes", type=count, default=10, metavar="N", help="whole games to play (default 10)")
    parser.add_argument("--seed", type=whole, default=0, help="seed of the games and of the actions drawn (default 0)")
    parser.add_argument("--greedy", action="store_true", help="always take the likeliest action")
    parser.add_argument("--max-steps", type=count, default=27_000, metavar="N", help="cut a game there (default 27000)")
    parser.add_argument("--json", action="store_true", help="print the card as JSON")
    return parser


def _page(card: Scorecard) -> str:
    p = card.protocol
    sticky = card.environment.get("repeat_probability")
    lines = [
        f"{card.game}, {card.algorithm}, checkpoint {card.checkpoint} of {card.source}",
        f"mean {card.mean:,.1f}   best {max(card.scores):,.0f}   worst {min(card.scores):,.0f}   over {p.episodes} whole games",
        f"scores  {'  '.join(f'{score:,.0f}' for score in card.scores)}",
        f"seed {p.seed}, {'likeliest action' if p.greedy else 'actions drawn from the policy'}, cut at {p.max_steps:,} steps"
        + ("" if sticky is None else f", sticky actions {sticky:g}"),
    ]
    return "\n".join(lines)
