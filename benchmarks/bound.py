"""How near training comes to the bound of this machine: `python -m benchmarks.bound [--rounds 3] [--precision float32]`.

PPO's three kinds of work are measured alone, on all cores: emulators that step, a network that acts, a learner that learns
from one rollout again and again. Each takes so many core seconds a step. Packed perfectly, with no core ever idle, training
would make as many steps a second as there are cores for their sum; what it makes in the same minute is a share of that.
Breakout, Nature network, 8 games of 128 steps, 4 epochs of 4 minibatches. Prints a table; --output also writes JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.collector_overhead import Never
from benchmarks.train_speed import TRAINERS, Trainer, measure
from retroml_core.training.building import thread_count

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the plugin's startup hook does

GAME, COUNT = "breakout", 8
Work = Callable[[], int]
"""Does some work of one kind; for how many steps that is enough."""


def kinds_of_work(precision: str) -> dict[str, Work]:
    """The kinds of work, each ready to be done alone."""
    from retroml_atari.environment import make
    from retroml_atari.settings import AtariConfig
    from retroml_tianshou.ppo import PPO
    from retroml_tianshou.ppo_config import PPOConfig

    from retroml_core.algorithm import Build
    from retroml_core.environment import EnvironmentBuild
    from retroml_core.schema import NetworkConfig
    from retroml_core.seeding import Seeds

    environment = make(EnvironmentBuild(game=GAME, config=AtariConfig(), count=COUNT, seed=2))
    random = np.random.default_rng(0)
    ppo = PPO(
        Build(
            env=environment.info,
            config=PPOConfig(precision=precision),
            network=NetworkConfig(),
            seeds=Seeds(1),
            make_environment=lambda count: make(EnvironmentBuild(game=GAME, config=AtariConfig(), count=count, seed=1)),
        )
    )
    obs = environment.reset()
    ppo.advance(Never())
    samples = ppo.played()

    def step() -> int:
        environment.send(random.integers(0, environment.info.action_count, COUNT))
        environment.recv()
        return COUNT

    def act() -> int:
        for half in np.split(obs, 2):
            ppo.values(half)
        return COUNT

    def learn() -> int:
        ppo.learn_from(samples, lambda: None)
        return len(samples)

    return {"emulators": step, "acting": act, "learning": learn}


def core_seconds(work: Work, seconds: float) -> float:
    """Core seconds a step of work that is done for that long."""
    work()
    steps, begun, processor = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds:
        steps += work()
    return (time.process_time() - processor) / steps


def main(argv: Sequence[str] | None = None) -> int:
    """Measure in turns, print, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bound", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (3)")
    parser.add_argument("--seconds", type=float, default=6.0, help="seconds of each kind of work a round (6)")
    parser.add_argument("--steps", type=int, default=6144, help="steps of training a round (6144)")
    parser.add_argument("--precision", default="float32", help="precision of the network (float32)")
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    asked = parser.parse_args(argv)
    trainer = Trainer("retroml", (sys.executable, str(TRAINERS / "retroml_ppo.py"), "--precision", asked.precision))
    works, cores = kinds_of_work(asked.precision), thread_count(0)
    costs: dict[str, list[float]] = {name: [] for name in works}
    bounds, reached = [], []
    for _ in range(asked.rounds):
        for name, work in works.items():
            costs[name].append(core_seconds(work, asked.seconds))
        bounds.append(cores / sum(each[-1] for each in costs.values()))
        reached.append(measure(trainer, asked.steps, 0))
    shares = [rate / bound for rate, bound in zip(reached, bounds, strict=True)]
    for name, each in costs.items():
        print(f"{name:12} {statistics.median(each) * 1e3:6.3f} core ms a step")
    print(f"{'bound':12} {statistics.median(bounds):6.0f} steps/s")
    print(f"{'training':12} {statistics.median(reached):6.0f} steps/s   {statistics.median(shares):.0%} of the bound")
    if asked.output:
        report = {"cores": cores, "precision": asked.precision, "core_seconds": costs, "bounds": bounds, "reached": reached}
        asked.output.write_text(json.dumps(report | {"shares": shares}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
