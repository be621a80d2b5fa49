"""How much memory a step in a replay takes, beside peers: `python -m benchmarks.replay_memory --peers sb3,tianshou`.

The same play of a game, stacks of four pictures of 84x84, goes into each replay in a process of its own until it is full.
What counts is by how much the process grew, and how long adding a step and drawing a batch of 32 take. Peers get throwaway
environments as in `benchmarks.train_speed`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

STACK, SIZE, BATCH, DRAWS = 4, 84, 32, 200
KINDS = {
    "retroml": ("memory", "compressed", "mapped"),
    "sb3": ("default", "optimize_memory_usage"),
    "tianshou": ("save_only_last_obs", "whole"),
}


@dataclass(frozen=True)
class Play:
    """What was played: newest pictures (T, H, W), actions and rewards (T,), and where a game began (T,)."""

    pictures: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    begun: np.ndarray

    def __len__(self) -> int:
        return len(self.actions)

    def stacks(self) -> Any:
        """The observation (C, H, W) of each step."""
        obs = np.zeros((STACK, SIZE, SIZE), np.uint8)
        for picture, begun in zip(self.pictures, self.begun, strict=True):
            obs = np.concatenate([np.zeros_like(obs[1:]) if begun else obs[1:], picture[None]])
            yield obs


@dataclass(frozen=True)
class Replay:
    """A replay to fill: `add(step, obs, play)` takes in a step, `draw()` gives a batch."""

    add: Callable[[int, np.ndarray, Play], None]
    draw: Callable[[], object]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write JSON."""
    args = _arguments(argv)
    if args.fill:
        name, kind = args.fill.split(":")
        print(json.dumps(fill(_MAKERS[name](kind, args.steps), load(args.play))))
        return 0
    rows: dict[str, dict[str, float]] = {}
    print(f"{'':32s} {'bytes a step':>14s} {'GB a million':>13s} {'add, us':>9s} {'draw 32, ms':>12s}")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "play.npz")
        save(play(args.game, args.steps), path)
        for name in ("retroml", *args.peers.split(",")):
            for kind in KINDS[name]:
                row = rows[f"{name} {kind}"] = _measured(name, kind, args.steps, path)
                size, add, draw = row["bytes_a_step"], row["add_seconds"], row["draw_seconds"]
                print(
                    f"{name + ' ' + kind:32s} {size:14.0f} {size / 1e3:13.2f} {add * 1e6:9.0f} {draw * 1e3:12.2f}", flush=True
                )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps({"game": args.game, "steps": args.steps, "replays": rows}, indent=2) + "\n")
    print(f"written to {args.output}")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    output = Path(__file__).parent / "results" / "local" / "replay_memory.json"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay_memory", description=__doc__)
    parser.add_argument("--peers", default="sb3,tianshou", help="which to compare with (sb3,tianshou)")
    parser.add_argument("--game", default="breakout", help="the game (breakout)")
    parser.add_argument("--steps", type=int, default=20_000, help="steps of each replay (20000)")
    parser.add_argument("--output", type=Path, default=output, help="where JSON goes")
    parser.add_argument("--fill", default="", help=argparse.SUPPRESS)
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _measured(name: str, kind: str, steps: int, path: Path) -> dict[str, float]:
    if name == "retroml":
        python = Path(sys.executable)
    else:
        from benchmarks.train_speed import environment

        python = environment(name)
    command = [python, Path(__file__), "--fill", f"{name}:{kind}", "--steps", str(steps), "--play", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-4000:]}")
    row: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return row


def play(game: str, steps: int) -> Play:
    """That many steps of random play."""
    from retroml_atari.environment import make
    from retroml_atari.settings import AtariConfig

    from retroml_core.environment import EnvironmentBuild

    environment = make(EnvironmentBuild(game=game, config=AtariConfig(), count=1, seed=1, threads=1))
    random, obs, begun = np.random.default_rng(1), environment.reset(), True
    recorded = Play(
        np.zeros((steps, SIZE, SIZE), np.uint8), np.zeros(steps, np.int64), np.zeros(steps, np.float32), np.zeros(steps, bool)
    )
    for step in range(steps):
        recorded.pictures[step], recorded.begun[step] = obs[0, -1], begun
        recorded.actions[step : step + 1] = environment.send(random.integers(0, environment.info.action_count, 1))
        transition = environment.recv()
        recorded.rewards[step], begun, obs = transition.rewards[0], 0 in transition.final_obs, transition.obs
    environment.close()
    return recorded


def save(played: Play, path: Path) -> None:
    """Write `played` to `path`."""
    np.savez(path, **vars(played))


def load(path: Path) -> Play:
    """What `save` wrote, in memory."""
    with np.load(path) as arrays:
        return Play(**{name: arrays[name] for name in arrays.files})


def fill(replay: Replay, played: Play) -> dict[str, float]:
    """Add all of `played`; by how much the process grew for each step, and how long adding and drawing took."""
    process = psutil.Process()
    before, seconds = process.memory_info().rss, 0.0
    for step, obs in enumerate(played.stacks()):
        begun = time.perf_counter()
        replay.add(step, obs, played)
        seconds += time.perf_counter() - begun
    grown = process.memory_info().rss - before
    begun = time.perf_counter()
    for _ in range(DRAWS):
        replay.draw()
    drawing = (time.perf_counter() - begun) / DRAWS
    return {"bytes_a_step": grown / len(played), "add_seconds": seconds / len(played), "draw_seconds": drawing}


def _retroml(kind: str, steps: int) -> Replay:
    from retroml_tianshou.off_policy_config import OffPolicyConfig
    from retroml_tianshou.replay import make_replay
    from retroml_tianshou.replay.sampling import UniformSampler

    from retroml_core.environment import Transition

    config = OffPolicyConfig(environments=1, replay_size=steps, replay_storage=kind)
    replay = make_replay(config, (STACK, SIZE, SIZE), UniformSampler(steps, np.random.default_rng(1)))
    never = np.zeros(1, bool)

    def add(step: int, obs: np.ndarray, played: Play) -> None:
        replay.see(obs[None])
        over = played.begun[step + 1 : step + 2].copy() if step + 1 < len(played) else never
        rewards = played.rewards[step : step + 1]
        replay.learn(
            Transition(
                obs=obs[None],
                actions=played.actions[step : step + 1],
                rewards=rewards,
                raw_rewards=rewards,
                terminated=over,
                truncated=never,
                final_obs={0: obs} if over[0] else {},
            )
        )

    return Replay(add, lambda: replay.sample(BATCH))


def _sb3(kind: str, steps: int) -> Replay:
    import gymnasium
    from stable_baselines3.common.buffers import ReplayBuffer

    space = gymnasium.spaces.Box(0, 255, (STACK, SIZE, SIZE), np.uint8)
    optimize = kind == "optimize_memory_usage"
    replay = ReplayBuffer(
        steps, space, gymnasium.spaces.Discrete(18), "cpu", optimize_memory_usage=optimize, handle_timeout_termination=False
    )

    def add(step: int, obs: np.ndarray, played: Play) -> None:
        place = slice(step, step + 1)
        replay.add(obs[None], obs[None], played.actions[place], played.rewards[place], np.zeros(1), [{}])

    return Replay(add, lambda: replay.sample(BATCH))


def _tianshou(kind: str, steps: int) -> Replay:
    from tianshou.data import Batch, VectorReplayBuffer

    settings = {"stack_num": STACK, "save_only_last_obs": True, "ignore_obs_next": True} if kind != "whole" else {}
    replay = VectorReplayBuffer(steps, buffer_num=1, **settings)

    def add(step: int, obs: np.ndarray, played: Play) -> None:
        over = np.array([step + 1 < len(played) and played.begun[step + 1]])
        replay.add(
            Batch(
                obs=obs[None],
                act=played.actions[step : step + 1],
                rew=played.rewards[step : step + 1],
                terminated=over,
                truncated=np.zeros(1, bool),
                obs_next=obs[None],
                info=Batch(),
            ),
            buffer_ids=[0],
        )

    return Replay(add, lambda: replay.sample(BATCH))


_MAKERS: dict[str, Callable[[str, int], Replay]] = {"retroml": _retroml, "sb3": _sb3, "tianshou": _tianshou}

if __name__ == "__main__":
    sys.exit(main())
