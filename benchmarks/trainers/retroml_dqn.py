"""Train Retro ML's DQN for a number of steps and print how long learning took: run by benchmarks.train_speed.

One game, batches of 32, an update every 4 steps, as its peers; the first steps only fill the replay and are not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the plugin's startup hook does

WARM_UP = 1000


@dataclass
class Steps:
    """A budget in steps, as a `Control`."""

    total: int
    done: int = 0

    def tick(self) -> None:
        """Nothing waits."""

    def wants_return(self) -> bool:
        """Nothing waits."""
        return False

    def fraction(self) -> float:
        """The share of the steps done."""
        return self.done / self.total

    def remaining_steps(self) -> int:
        """The steps left."""
        return self.total - self.done


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="breakout")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--environments", type=int, default=1)
    parser.add_argument("--storage", default="memory")
    args = parser.parse_args()

    from retroml_atari.environment import make
    from retroml_atari.settings import AtariConfig
    from retroml_tianshou.dqn import build
    from retroml_tianshou.dqn_config import DQNConfig

    from retroml_core.algorithm import Build
    from retroml_core.environment import EnvironmentBuild, VectorEnvironment
    from retroml_core.schema import NetworkConfig
    from retroml_core.seeding import Seeds

    def make_environment(count: int) -> VectorEnvironment:
        return make(EnvironmentBuild(game=args.game, config=AtariConfig(), count=count, seed=1, threads=args.threads))

    probe = make_environment(1)
    info = probe.info
    probe.close()
    config = DQNConfig(
        precision=args.precision,
        environments=args.environments,
        replay_storage=args.storage,
        learning_starts=WARM_UP,
        report_steps=WARM_UP,
        epsilon_steps=WARM_UP,
        epsilon_end=0.1,
    )
    dqn = build(
        Build(
            env=info,
            config=config,
            network=NetworkConfig(),
            seeds=Seeds(1),
            threads=args.threads,
            make_environment=make_environment,
        )
    )
    control = Steps(WARM_UP + args.steps)
    control.done += dqn.advance(control).steps
    begun, begun_cpu, before = time.perf_counter(), time.process_time(), control.done
    while control.done < control.total:
        control.done += dqn.advance(control).steps
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu
    dqn.close()
    print(json.dumps({"steps": control.done - before, "seconds": seconds, "cpu_seconds": cpu_seconds}))


if __name__ == "__main__":
    main()
