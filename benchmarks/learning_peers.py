"""Whether PPO, A2C and DQN learn as Stable-Baselines3's do: the same runs by both, curve beside curve.

    python -m benchmarks.learning_peers --recipes ppo,a2c,dqn --seeds 1,2,3,4,5
    python -m benchmarks.learning_peers --recipes ppo_overlap,ppo_kung_fu_overlap     (a fast mode beside our exact one)

A recipe is an experiment of ours. The reference reads the same config (`trainers/sb3_learning.py`) and plays the same
environment, so network, settings and budget are equal and the implementations differ. It runs in a throwaway environment of
its own, as for `benchmarks.train_speed`, or by `--python`. Runs alternate, seed by seed; what `--output` holds is not run
again. `--table` only prints what it holds, by the rule that docs/learning.md states.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.learning import HERE, RESULTS, Cell, carried_through, carry_out
from benchmarks.learning_curves import OURS, Curve, Curves, comparison_table, curve_table
from benchmarks.learning_results import MATTERS, curve
from retroml_core.app import App
from retroml_core.events import RunState
from retroml_core.faults import Fault

REFERENCE = "stable-baselines3"
EXACT = "exact mode"
EQUAL = ("threads=1", "algorithm.precision=float32", "evaluation.episodes=1")


@dataclass(frozen=True)
class Recipe:
    """An experiment that both carry out; with `our_weights` the reference begins with the weights that ours begins with.

    `fast` are settings of ours alone: the reference is then ours without them.
    """

    game: str
    algorithm: str
    steps: int
    overrides: tuple[str, ...]
    our_weights: bool = False
    fast: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[str, str]:
        """Ours and the reference."""
        return OURS, EXACT if self.fast else REFERENCE

    def cell(self, seed: int, side: str = OURS) -> Cell:
        """It with a seed, as the learning benchmark runs it."""
        fast = self.fast if side == OURS else ()
        return Cell(self.game, self.algorithm, seed, (*self.overrides, *EQUAL, *fast, f"budget.steps={self.steps}"))


CATCH = ("environment=catch", "network=small", "network.strides=[4,3]")
STARTS = ("algorithm.learning_starts=1000", "algorithm.learning_starts_share=null")
QUICK_DQN = (*STARTS, "algorithm.n_step=3", "algorithm.learning_rate=5e-4", "algorithm.target_every=100")
PPO = Recipe("catch", "ppo_quick", 24_576, (*CATCH, "algorithm.clip_value=false"))
PPO_KUNG_FU = Recipe("kung_fu_master", "ppo_quick", 40_960, ("network=quick", "algorithm.clip_value=false"))
OVERLAP = ("algorithm.overlap=true",)
DQN = Recipe("catch", "dqn", 8_000, (*CATCH, *QUICK_DQN, "algorithm.epsilon_fraction=0.3"))

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "ppo": PPO,
        "a2c": Recipe("catch", "a2c_quick", 48_000, CATCH),
        "a2c_rmsprop": Recipe("catch", "a2c", 48_000, CATCH),
        "dqn": DQN,
        "dqn_our_weights": replace(DQN, our_weights=True),
        "ppo_kung_fu": PPO_KUNG_FU,
        "ppo_overlap": replace(PPO, fast=OVERLAP),
        "ppo_kung_fu_overlap": replace(PPO_KUNG_FU, fast=OVERLAP),
    }
)
"""By name. The budgets are whole rollouts of the settings, so that both sides make as many updates."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is missing, write, print; 2 when a run cannot be made or fails, 130 after Ctrl+C."""
    asked = arguments(argv)
    curves = Curves.read(asked.output)

    def printed() -> int:
        print(f"{comparison_table(curves.records)}\n\n{curve_table(curves.records)}")
        return 0

    def measured() -> int:
        measure(asked, curves)
        return printed()

    return printed() if asked.table else carried_through(measured, asked.root)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.learning_peers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipes", default="ppo,a2c,dqn", help=f"of {', '.join(RECIPES)} (ppo,a2c,dqn)")
    parser.add_argument("--seeds", default="1,2,3,4,5", help="the seeds, a run each for either side (1,2,3,4,5)")
    parser.add_argument("--python", type=Path, help="an interpreter that has stable-baselines3 (one is made)")
    parser.add_argument("--root", type=Path, help="data root to keep our runs in (a temporary one)")
    parser.add_argument("--output", type=Path, default=RESULTS / "learning_peers.json", help="where JSON goes")
    parser.add_argument("--table", action="store_true", help="only print the tables of what --output holds")
    asked = parser.parse_args(argv)
    if unknown := set(asked.recipes.split(",")) - set(RECIPES):
        parser.error(f"unknown recipe {', '.join(sorted(unknown))}; there are {', '.join(RECIPES)}")
    return asked


def measure(asked: argparse.Namespace, curves: Curves) -> None:
    """Carry out what is missing, seed by seed, keeping each curve at once. Raises Fault."""
    for seed in asked.seeds.split(","):
        for name in asked.recipes.split(","):
            recipe = RECIPES[name]
            for side in recipe.sides:
                cell = recipe.cell(int(seed), side)
                if not curves.has(name, side, cell):
                    by_us = side != REFERENCE
                    result = ours(cell) if by_us else theirs(cell, asked.python, our_weights=recipe.our_weights)
                    curves.keep(curve_of(name, side, cell, result))
                    print(name, side, "seed", seed, f"{datetime.now(UTC):%H:%M}", flush=True)


def ours(cell: Cell) -> Mapping[str, Any]:
    """What our run came to: steps, seconds, scores (step, raw points) and versions. Raises Fault when it does not complete."""
    with App.open() as app:
        run = carry_out(app, cell)
        status, packages = run.status(), run.provenance().get("packages", {})
        if status.state is not RunState.COMPLETED:
            raise Fault(f"our run did not complete: {status.reason}\n{run.log_file} says more")
        return {
            "steps": status.step,
            "seconds": status.seconds,
            "scores": [(ended(event, int(run.tree["algorithm"]["environments"])), event["score"]) for event in run.episodes()],
            "versions": {name: packages[name] for name in MATTERS if name in packages},
        }


def ended(episode: Mapping[str, Any], games: int) -> int:
    """The step, of all games, with which an episode ended; its event is only written when the steps since are reported."""
    return int(episode["first_step"]) + int(episode["length"]) * games


def theirs(cell: Cell, python: Path | None, *, our_weights: bool = False) -> Mapping[str, Any]:
    """The same of the reference's run. Raises Fault with its last words when it fails."""
    return by_reference("sb3_learning.py", ("--our-weights", *cell.words) if our_weights else cell.words, python)


def by_reference(script: str, words: Sequence[str], python: Path | None) -> Mapping[str, Any]:
    """What a script of `trainers/` says, run by an interpreter that has the reference, by default one made for it.

    Raises Fault with its last words when it fails.
    """
    workspace = [HERE.parent, *sorted((HERE.parent / "plugins").iterdir())]
    done = subprocess.run(
        [python or _environment(), HERE / "trainers" / script, *words],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, workspace))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault(f"the reference failed on {' '.join(words)}:\n{done.stderr[-2000:]}")
    result: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def curve_of(recipe: str, side: str, cell: Cell, result: Mapping[str, Any]) -> Curve:
    """A run as data."""
    steps = int(result["steps"])
    return Curve(
        recipe=recipe,
        side=side,
        game=cell.game,
        algorithm=cell.algorithm,
        seed=cell.seed,
        overrides=list(cell.overrides),
        steps=steps,
        seconds=round(float(result["seconds"]), 1),
        episodes=len(result["scores"]),
        curve=curve(result["scores"], steps),
        measured_on=f"{datetime.now(UTC):%Y-%m-%d}",
        versions=dict(result["versions"]),
    )


def _environment() -> Path:
    from benchmarks.train_speed import environment

    return environment("sb3")


if __name__ == "__main__":
    sys.exit(main())
