"""Train Tianshou's own PPO as its Atari example does and print how long it took: run by benchmarks.train_speed.

The recipe: https://github.com/thu-ml/tianshou/blob/master/examples/atari/atari_ppo.py, with the batch sizes of the others.
Its trainer is left out: it is too slow on this stack to be compared fairly (it copies the whole buffer after each collect).
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
from tianshou.algorithm.modelfree.ppo import PPO
from tianshou.algorithm.modelfree.reinforce import DiscreteActorPolicy
from tianshou.algorithm.optim import AdamOptimizerFactory
from tianshou.data import Collector, VectorReplayBuffer
from tianshou.env import ShmemVectorEnv
from tianshou.env.atari import atari_wrapper
from tianshou.env.atari.atari_network import DQNet, ScaledObsInputActionReprNet, layer_init
from tianshou.utils.net.discrete import DiscreteActor, DiscreteCritic


def environment(game: str) -> gymnasium.Env:
    """One wrapped game."""
    # The wrapper asks numpy for the abstract type np.integer, which newer versions refuse.
    atari_wrapper.get_space_dtype = lambda space: space.dtype
    gymnasium.register_envs(ale_py)
    return atari_wrapper.wrap_deepmind(gymnasium.make(f"{game}NoFrameskip-v4"), frame_stack=4, scale=False)


def algorithm(space: gymnasium.spaces.Discrete) -> PPO:
    """The algorithm of the example."""
    features = DQNet(
        c=4, h=84, w=84, action_shape=space.n, features_only=True, output_dim_added_layer=512, layer_init=layer_init
    )
    network = ScaledObsInputActionReprNet(features)
    policy = DiscreteActorPolicy(
        actor=DiscreteActor(preprocess_net=network, action_shape=space.n, softmax_output=False), action_space=space
    )
    return PPO(
        policy=policy,
        critic=DiscreteCritic(preprocess_net=network),
        optim=AdamOptimizerFactory(lr=2.5e-4, eps=1e-5),
        gamma=0.99,
        gae_lambda=0.95,
        max_grad_norm=0.5,
        vf_coef=0.25,
        ent_coef=0.01,
        eps_clip=0.1,
        value_clip=True,
    )


def main() -> None:
    """Train and print one line of JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--game", default="Breakout")
    parser.add_argument("--steps", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    environments = ShmemVectorEnv([lambda: environment(args.game)] * 8)
    environments.seed(1)
    np.random.seed(1)
    ppo = algorithm(environments.action_space[0])
    buffer = VectorReplayBuffer(1024, buffer_num=8, ignore_obs_next=True, save_only_last_obs=True, stack_num=4)
    collector = Collector(ppo, environments, buffer, exploration_noise=False)
    collector.reset()
    begun, steps, warm = 0.0, 0, 0
    while steps < args.steps:
        with policy_within_training_step(ppo.policy):
            steps += collector.collect(n_step=1024).n_collected_steps
            ppo.update(buffer=buffer, batch_size=256, repeat=4)
        collector.reset_buffer(keep_statistics=True)
        if not warm:
            begun, warm = time.perf_counter(), steps
    print(json.dumps({"steps": steps - warm, "seconds": time.perf_counter() - begun}))
    environments.close()


if __name__ == "__main__":
    main()
