"""What collecting costs beside emulators and network: milliseconds a vector step with both of them idle.

    python -m benchmarks.collector_overhead [--environments 8,64] [--rounds 5] [--steps 512]

An environment that answers at once and a policy that always does the same leave only the loop, the storing and the
bookkeeping: ours (`OnlineTrainable` and `Rollout` of PPO) beside Tianshou's Collector with its VectorReplayBuffer, in turns.
Prints a table; with --output also writes JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from retroml_core.algorithm import Build, Control
from retroml_core.environment import EnvInfo, Transition
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds

SHAPE = (4, 84, 84)
INFO = EnvInfo(game="none", observation_shape=SHAPE, actions=("NOOP", "FIRE", "LEFT", "RIGHT"), frames_per_step=4, stacked=True)


class Idle:
    """A `VectorEnvironment` in which nothing ever happens."""

    def __init__(self, count: int) -> None:
        self.count, self.info = count, INFO
        self._obs = np.zeros((count, *SHAPE), np.uint8)
        self._numbers = np.zeros(count, np.float32)
        self._no = np.zeros(count, np.bool_)
        self._actions = np.zeros(count, np.int64)

    def reset(self) -> np.ndarray:
        """The same picture everywhere."""
        return self._obs

    def send(self, actions: np.ndarray) -> np.ndarray:
        """Take the actions."""
        self._actions = actions
        return actions

    def recv(self) -> Transition:
        """Nothing happened."""
        return Transition(
            obs=self._obs,
            actions=self._actions,
            rewards=self._numbers,
            raw_rewards=self._numbers,
            terminated=self._no,
            truncated=self._no,
            final_obs={},
            episodes=(),
        )

    def note_policy(self, version: int) -> None:
        """Nobody records."""

    def close(self) -> None:
        """Nothing is open."""


def ours(count: int, steps: int) -> Callable[[], None]:
    """A rollout of `steps` vector steps by PPO's loop, with the network left out."""
    from retroml_tianshou.ppo import PPO
    from retroml_tianshou.ppo_config import PPOConfig

    log_probs, values, actions = np.zeros((count, 4), np.float32), np.zeros(count, np.float32), np.zeros(count, np.int64)

    class WithoutNetwork(PPO):
        def choose(self, obs: np.ndarray) -> np.ndarray:
            self.rollout.see(obs)
            self._chosen.append((log_probs, values))
            return actions

        def update(self, control: Control) -> dict[str, float]:
            self.rollout.restart()
            return {}

    config = PPOConfig(environments=count, rollout_steps=steps, precision="float32")
    ppo = WithoutNetwork(
        Build(env=INFO, config=config, network=NetworkConfig(), seeds=Seeds(1), threads=1, make_environment=Idle)
    )
    control = Never()
    return lambda: void(ppo.advance(control))


class Never:
    """A `Control` that wants nothing."""

    def tick(self) -> None:
        """Go on."""

    def wants_return(self) -> bool:
        """Go on."""
        return False

    def fraction(self) -> float:
        """The beginning."""
        return 0.0

    def remaining_steps(self) -> int | None:
        """No limit."""
        return None


def tianshous(count: int, steps: int) -> Callable[[], None]:
    """As many vector steps by Tianshou's Collector, with pictures stored once."""
    from tianshou.algorithm.algorithm_base import Policy
    from tianshou.data import Batch, Collector, VectorReplayBuffer
    from tianshou.env import DummyVectorEnv

    space = gymnasium.spaces.Box(0, 255, SHAPE, np.uint8)
    obs = np.zeros(SHAPE, np.uint8)

    class One(gymnasium.Env[Any, Any]):
        observation_space, action_space = space, gymnasium.spaces.Discrete(4)

        def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
            return obs, {}

        def step(self, action: Any) -> Any:
            return obs, 0.0, False, False, {}

    class Same(Policy):
        def forward(self, batch: Batch, state: Any = None, **_: Any) -> Batch:
            return Batch(act=np.zeros(len(batch.obs), np.int64))

    buffer = VectorReplayBuffer(
        count * steps, buffer_num=count, ignore_obs_next=True, save_only_last_obs=True, stack_num=SHAPE[0]
    )
    collector = Collector(Same(action_space=One.action_space), DummyVectorEnv([One] * count), buffer)
    collector.reset()

    def roll() -> None:
        collector.collect(n_step=count * steps)
        collector.reset_buffer(keep_statistics=True)

    return roll


def void(_: object) -> None:
    """Forget it."""


def main() -> None:
    """Measure in turns and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environments", default="8,64", help="how many environments, comma-separated (8,64)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=512, help="vector steps a round (512)")
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    asked = parser.parse_args()
    report = {}
    for count in map(int, asked.environments.split(",")):
        rolls = {"retroml": ours(count, asked.steps), "tianshou": tianshous(count, asked.steps)}
        costs: dict[str, list[float]] = {name: [] for name in rolls}
        for roll in rolls.values():
            roll()
        for _ in range(asked.rounds):
            for name, roll in rolls.items():
                begun = time.perf_counter()
                roll()
                costs[name].append((time.perf_counter() - begun) / asked.steps * 1e3)
        report[count] = costs
        for name, values in costs.items():
            spread = f"({min(values):.3f} to {max(values):.3f})"
            print(f"{count:3} environments  {name:10} {statistics.median(values):6.3f} ms {spread}")
    if asked.output:
        asked.output.write_text(json.dumps({"steps": asked.steps, "milliseconds": report}, indent=2) + "\n")


if __name__ == "__main__":
    main()
