"""Run a CleanRL script that the user downloaded and print how long it took: run by benchmarks.train_speed.

CleanRL is a collection of single files to copy, not a package. Names that its scripts import under older spellings are
lent to them here; what they compute is untouched.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import runpy
import sys
import time
import types
from pathlib import Path
from typing import Any


class Updates(io.TextIOBase):
    """When the script printed its "SPS:" lines, one after each update."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def write(self, text: str) -> int:
        """Take in what was printed."""
        if text.strip().isdigit():
            self.times.append(time.perf_counter())
        return len(text)


def lend_names() -> None:
    """Old spellings of gymnasium's wrappers, CleanRL's copy of the Atari wrappers, a silent TensorBoard."""
    import ale_py
    import gymnasium
    from stable_baselines3.common import atari_wrappers

    gymnasium.register_envs(ale_py)
    gymnasium.wrappers.GrayScaleObservation = gymnasium.wrappers.GrayscaleObservation
    gymnasium.wrappers.FrameStack = gymnasium.wrappers.FrameStackObservation
    sys.modules["cleanrl_utils"] = types.ModuleType("cleanrl_utils")
    sys.modules["cleanrl_utils.atari_wrappers"] = atari_wrappers
    sys.modules.setdefault("gym", gymnasium)


def lend_envpool() -> None:
    """EnvPool as its scripts knew it: `reset` and `step` of old gym, and attributes that can be set."""
    import envpool
    import gymnasium

    class Old(gymnasium.Env):
        def __init__(self, pool: Any) -> None:
            self.pool, self.action_space, self.observation_space = pool, pool.action_space, pool.observation_space

        def reset(self, **settings: Any) -> Any:  # gymnasium's wrappers pass a seed
            return self.pool.reset()[0]

        def step(self, actions: Any) -> tuple[Any, ...]:
            obs, rewards, terminated, truncated, infos = self.pool.step(actions)
            return obs, rewards, terminated | truncated, infos | {"terminated": terminated}

    # Wrappers used to pass on every attribute of what they wrap.
    gymnasium.Wrapper.__getattr__ = lambda self, name: getattr(self.env, name)
    make = envpool.make
    envpool.make = lambda *args, **settings: Old(make(*args, **settings))


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="Breakout")
    parser.add_argument("--steps", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--script", type=Path, required=True)
    args = parser.parse_args()
    lend_names()
    import torch

    if args.threads:
        torch.set_num_threads(args.threads)
    envpool = "envpool" in args.script.name
    game = f"{args.game}-v5" if envpool else f"{args.game}NoFrameskip-v4"
    sys.argv = [str(args.script), "--env-id", game, "--total-timesteps", str(args.steps), "--no-cuda", "--num-envs", "8"]
    if envpool:
        lend_envpool()
    updates = Updates()
    with contextlib.redirect_stdout(updates):
        runpy.run_path(str(args.script), run_name="__main__")
    counted = len(updates.times) - 1  # the first update warms up
    steps = args.steps // (counted + 1) * counted
    print(json.dumps({"steps": steps, "seconds": updates.times[-1] - updates.times[0]}))


if __name__ == "__main__":
    main()
