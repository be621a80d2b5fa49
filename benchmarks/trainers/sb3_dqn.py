"""Train Stable-Baselines3's DQN with its Atari recipe and print how long learning took: run by benchmarks.train_speed.

The recipe: https://github.com/DLR-RM/rl-baselines3-zoo/blob/master/hyperparams/dqn.yml (atari). The first steps only fill
the replay and are not timed.
"""

from __future__ import annotations

import argparse
import json
import time

import ale_py
import gymnasium
import torch
from stable_baselines3 import DQN
from stable_baselines3.common.env_util import make_atari_env
from stable_baselines3.common.vec_env import VecFrameStack

WARM_UP = 1000


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="Breakout")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    gymnasium.register_envs(ale_py)
    environments = make_atari_env(f"{args.game}NoFrameskip-v4", n_envs=1, seed=1)
    model = DQN(
        "CnnPolicy",
        VecFrameStack(environments, 4),
        buffer_size=10_000,
        learning_rate=1e-4,
        batch_size=32,
        learning_starts=WARM_UP,
        target_update_interval=1000,
        train_freq=4,
        gradient_steps=1,
        exploration_fraction=0.1,
        exploration_final_eps=0.1,
        device="cpu",
    )
    model.learn(WARM_UP)
    begun = time.perf_counter()
    model.learn(args.steps, reset_num_timesteps=False)
    print(json.dumps({"steps": model.num_timesteps - WARM_UP, "seconds": time.perf_counter() - begun}))
    environments.close()


if __name__ == "__main__":
    main()
