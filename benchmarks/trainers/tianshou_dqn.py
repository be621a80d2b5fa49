"""Train Tianshou's own DQN as its Atari example does and print how long learning took: run by benchmarks.train_speed.

The recipe: https://github.com/thu-ml/tianshou/blob/master/examples/atari/atari_dqn.py, with one game, an update every 4
steps and no returns over several steps, as the others. Its trainer is left out: it is too slow on this stack to be compared
fairly (it copies the whole buffer after each collect). The first steps only fill the replay and are not timed.
"""

from __future__ import annotations

import argparse
import json
import time

import ale_py
import gymnasium
import numpy as np
import torch
from tianshou.algorithm.algorithm_base import policy_within_training_step
from tianshou.algorithm.modelfree.dqn import DQN, DiscreteQLearningPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import DummyVectorEnv
from tianshou.env.atari import atari_wrapper
from tianshou.env.atari.atari_network import DQNet

WARM_UP = 1000


def environment(game: str) -> gymnasium.Env:
    """One wrapped game."""
    # The wrapper asks numpy for the abstract type np.integer, which newer versions refuse.
    atari_wrapper.get_space_dtype = lambda space: space.dtype
    gymnasium.register_envs(ale_py)
    return atari_wrapper.wrap_deepmind(gymnasium.make(f"{game}NoFrameskip-v4"), frame_stack=4, scale=False)


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="Breakout")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    environments = DummyVectorEnv([lambda: environment(args.game)])
    environments.seed(1)
    np.random.seed(1)
    space = environments.action_space[0]
    policy = DiscreteQLearningPolicy(model=DQNet(c=4, h=84, w=84, action_shape=space.n), action_space=space, eps_training=0.1)
    dqn = DQN(policy=policy, optim=AdamOptimizerFactory(lr=1e-4), target_update_freq=250, is_double=False)
    buffer = VectorReplayBuffer(10_000, buffer_num=1, ignore_obs_next=True, save_only_last_obs=True, stack_num=4)
    collector = Collector(dqn, environments, buffer, exploration_noise=True)
    collector.reset()
    steps = 0
    with policy_within_training_step(policy):
        collector.collect(n_step=WARM_UP, random=True)
        begun = time.perf_counter()
        while steps < args.steps:
            steps += collector.collect(n_step=4).n_collected_steps
            dqn.update(buffer=buffer, sample_size=32)
        seconds = time.perf_counter() - begun
    print(json.dumps({"steps": steps, "seconds": seconds}))
    environments.close()


if __name__ == "__main__":
    main()
