"""Steps a second of the Atari environment beside ale-py's bare vector environment, and of other vector environments.

    python -m benchmarks.env_speed [--game breakout] [--environments 8] [--rounds 5] [--seconds 3] [--peers gymnasium,envpool]

All contestants play the same way (84×84 grey, skip 4, pooled, stack 4, FIRE pressed at a reset only) with random actions. In
a round each plays for some seconds, in short turns forth and back, so that a busy machine disturbs all of them alike. Peers
other than ale-py must be installed in the environment that runs this; a throwaway one does. Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Stepper = Callable[[np.ndarray], Any]
TURN_SECONDS = 0.25


def bare(game: str, count: int) -> Stepper:
    """ale-py's vector environment, nothing around it."""
    from ale_py.vector_env import AtariVectorEnv

    environment = AtariVectorEnv(game, count, autoreset_mode="SameStep", reward_clipping=False)
    environment.reset(seed=0)
    return environment.step


def ours(game: str, count: int, *, tape: bool, halves: bool = False) -> Stepper:
    """Our environment, recording or not; in `halves` as it trains, which costs here and saves where a network thinks."""
    from retroml_atari.environment import make
    from retroml_atari.settings import AtariConfig

    from retroml_core.environment import EnvironmentBuild

    folder = Path(tempfile.mkdtemp(prefix="retroml-tape-")) if tape else None
    stream = "training" if halves else "evaluation"
    environment = make(
        EnvironmentBuild(
            game=game,
            config=AtariConfig(fire_after_life_loss=False),
            count=count,
            seed=0,
            tape_folder=folder,
            stream=stream,
        )
    )
    environment.reset()

    def step(actions: np.ndarray) -> None:
        environment.send(actions)
        environment.recv()

    return step


def gymnasium_async(game: str, count: int) -> Stepper:
    """Gymnasium's AsyncVectorEnv: a process an environment."""
    import ale_py
    import gymnasium

    gymnasium.register_envs(ale_py)

    def one() -> Any:
        base = gymnasium.make(f"ALE/{game.title().replace('_', '')}-v5", frameskip=1, repeat_action_probability=0.0)
        return gymnasium.wrappers.FrameStackObservation(gymnasium.wrappers.AtariPreprocessing(base), 4)

    environment = gymnasium.vector.AsyncVectorEnv([one] * count)
    environment.reset(seed=0)
    return environment.step


def envpool(game: str, count: int) -> Stepper:
    """EnvPool, synchronous."""
    import envpool as pool

    environment = pool.make(f"{game.title().replace('_', '')}-v5", env_type="gymnasium", num_envs=count, seed=0)
    environment.reset()
    return environment.step


PEERS: dict[str, Callable[[str, int], Stepper]] = {"gymnasium": gymnasium_async, "envpool": envpool}


def rates_of(steppers: Mapping[str, Stepper], actions: np.ndarray, seconds: float) -> dict[str, float]:
    """Steps a second of each, over all environments, from turns that add up to about `seconds` each."""
    steps, spent = dict.fromkeys(steppers, 0), dict.fromkeys(steppers, 0.0)
    for turn in range(max(1, round(seconds / TURN_SECONDS))):
        for name in sorted(steppers, reverse=turn % 2 == 1):
            begun = time.perf_counter()
            while (passed := time.perf_counter() - begun) < TURN_SECONDS:
                steppers[name](actions[steps[name] % len(actions)])
                steps[name] += 1
            spent[name] += passed
    return {name: steps[name] * actions.shape[1] / spent[name] for name in steppers}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--game", default="breakout")
    parser.add_argument("--environments", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="seconds of each contestant a round (5)")
    parser.add_argument("--peers", default="", help="comma-separated: " + ", ".join(PEERS))
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    asked = parser.parse_args()
    steppers = {
        "bare": bare(asked.game, asked.environments),
        "retroml": ours(asked.game, asked.environments, tape=False),
        "retroml with tape": ours(asked.game, asked.environments, tape=True),
        "in halves with tape": ours(asked.game, asked.environments, tape=True, halves=True),
    }
    steppers |= {name: PEERS[name](asked.game, asked.environments) for name in filter(None, asked.peers.split(","))}
    actions = np.random.default_rng(0).integers(0, 4, (4096, asked.environments))
    rates: dict[str, list[float]] = {name: [] for name in steppers}
    for _ in range(asked.rounds):
        for name, value in rates_of(steppers, actions, asked.seconds).items():
            rates[name].append(value)
    report = {name: summary(values, rates["bare"]) for name, values in rates.items()}
    for name, row in report.items():
        print(
            f"{name:20} {row['median']:8.0f} steps/s   {row['ratio']:.3f} of bare ({row['lowest']:.3f} to {row['highest']:.3f})"
        )
    if asked.output:
        asked.output.write_text(
            json.dumps({"arguments": vars(asked) | {"output": str(asked.output)}, "results": report}, indent=2)
        )


def summary(values: list[float], base: list[float]) -> dict[str, float]:
    """Median rate, and the ratio to `base` round by round."""
    ratios = [value / other for value, other in zip(values, base, strict=True)]
    return {
        "median": statistics.median(values),
        "ratio": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
    }


if __name__ == "__main__":
    main()
