"""Train Stable-Baselines3's PPO with its Atari recipe and print how long it took: run by benchmarks.train_speed.

The recipe: https://github.com/DLR-RM/rl-baselines3-zoo/blob/master/hyperparams/ppo.yml (atari).
"""

from __future__ import annotations

import argparse
import json
import time

import ale_py
import gymnasium
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_atari_env
from stable_baselines3.common.vec_env import SubprocVecEnv, VecFrameStack


class Warm(BaseCallback):
    """Notes when and after how many steps the second rollout began: the first one and its update warm up."""

    rollouts, steps, begun = 0, 0, 0.0

    def _on_rollout_start(self) -> None:
        self.rollouts += 1
        if self.rollouts == 2:
            self.steps, self.begun = self.num_timesteps, time.perf_counter()

    def _on_step(self) -> bool:
        return True


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="Breakout")
    parser.add_argument("--steps", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    gymnasium.register_envs(ale_py)
    environments = make_atari_env(f"{args.game}NoFrameskip-v4", n_envs=8, seed=1, vec_env_cls=SubprocVecEnv)
    model = PPO(
        "CnnPolicy",
        VecFrameStack(environments, 4),
        n_steps=128,
        n_epochs=4,
        batch_size=256,
        learning_rate=lambda left: 2.5e-4 * left,
        clip_range=lambda left: 0.1 * left,
        vf_coef=0.5,
        ent_coef=0.01,
        device="cpu",
    )
    warm = Warm()
    model.learn(args.steps, warm)
    print(json.dumps({"steps": model.num_timesteps - warm.steps, "seconds": time.perf_counter() - warm.begun}))
    environments.close()


if __name__ == "__main__":
    main()
