"""Run CleanRL's `dqn_atari.py`, which the user downloaded, and print how long learning took: run by benchmarks.train_speed.

CleanRL is a collection of single files to copy, not a package. Names that the script imports under older spellings are lent
to it here; what it computes is untouched. Its steps are watched, so that those which only fill the replay are not timed.
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

WARM_UP = 1000


def lend_names() -> None:
    """Old spellings of gymnasium's wrappers, and CleanRL's copies of Atari wrappers and of a replay."""
    import ale_py
    import gymnasium
    from stable_baselines3.common import atari_wrappers, buffers

    gymnasium.register_envs(ale_py)
    gymnasium.wrappers.GrayScaleObservation = gymnasium.wrappers.GrayscaleObservation
    gymnasium.wrappers.FrameStack = gymnasium.wrappers.FrameStackObservation
    sys.modules["cleanrl_utils"] = types.ModuleType("cleanrl_utils")
    sys.modules["cleanrl_utils.atari_wrappers"] = atari_wrappers
    sys.modules["cleanrl_utils.buffers"] = buffers
    sys.modules.setdefault("gym", gymnasium)


def count_steps() -> list[tuple[float, int]]:
    """When each environment step was done: gymnasium's vector environment, watched."""
    import gymnasium

    marks: list[tuple[float, int]] = []
    step = gymnasium.vector.SyncVectorEnv.step

    def watched(self: gymnasium.vector.SyncVectorEnv, actions: object) -> object:
        result = step(self, actions)
        marks.append((time.perf_counter(), len(marks) + 1))
        return result

    gymnasium.vector.SyncVectorEnv.step = watched
    return marks


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="Breakout")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--script", type=Path, required=True)
    args = parser.parse_args()
    lend_names()
    import torch

    if args.threads:
        torch.set_num_threads(args.threads)
    marks = count_steps()
    settings = {
        "--env-id": f"{args.game}NoFrameskip-v4",
        "--total-timesteps": str(WARM_UP + args.steps),
        "--learning-starts": str(WARM_UP),
        "--buffer-size": "10000",
    }
    sys.argv = [str(args.script), "--no-cuda", *(word for pair in settings.items() for word in pair)]
    with contextlib.redirect_stdout(io.StringIO()):
        runpy.run_path(str(args.script), run_name="__main__")
    learning = marks[WARM_UP:]
    print(json.dumps({"steps": learning[-1][1] - learning[0][1], "seconds": learning[-1][0] - learning[0][0]}))


if __name__ == "__main__":
    main()
