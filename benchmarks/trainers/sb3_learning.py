"""Train Stable-Baselines3 on an experiment of ours and print the scores on the way: run by benchmarks.learning_peers.

    python benchmarks/trainers/sb3_learning.py game=catch environment=catch algorithm=ppo_quick network=small seed=1

The words are those of `retroml train`. Game, environment, network and every setting of the algorithm are read from the
config they compose to, so that only the implementation differs: its losses, its updates, its replay or rollout buffer, its
initial weights. With `--our-weights` before the words it begins with the weights that our run begins with, which tells whether
those explain a difference. A setting that Stable-Baselines3 has nothing for ends the program.

Shapes: B games, C stacked frames, H height, W width, F features.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from gymnasium import spaces
from retroml_tianshou.architectures import resolve
from retroml_tianshou.schedules import share_left
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.sb2_compat.rmsprop_tf_like import RMSpropTFLike
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor, nn

from retroml_core.app import App
from retroml_core.config.composing import compose
from retroml_core.training.building import Workshop
from retroml_core.training.devices import Device

if TYPE_CHECKING:
    from collections.abc import Callable

    from stable_baselines3.common.base_class import BaseAlgorithm

    from retroml_core.environment import EnvInfo, VectorEnvironment
    from retroml_core.schema import ExperimentConfig

OUR_WEIGHTS = "--our-weights"
CPU = Device(name="cpu", title="CPU", why="both sides")
PACKAGES = ("stable-baselines3", "torch", "numpy", "gymnasium", "ale-py")


class Games(VecEnv):
    """One of our environments as Stable-Baselines3 wants it; `scores` are the whole games that ended: (step, raw points)."""

    def __init__(self, environment: VectorEnvironment) -> None:
        shape, actions = environment.info.observation_shape, environment.info.action_count
        self.environment = environment
        self.steps = 0
        self.scores: list[tuple[int, float]] = []
        super().__init__(environment.count, spaces.Box(0, 255, shape, np.uint8), spaces.Discrete(actions))

    def reset(self) -> Any:
        """The first observations (B, C, H, W)."""
        return self.environment.reset()

    def step_async(self, actions: Any) -> None:
        """Take the actions (B,)."""
        self.environment.send(actions)

    def step_wait(self) -> Any:
        """Observations, learning rewards, ends, and what Stable-Baselines3 must know of games that the clock ended."""
        now = self.environment.recv()
        self.steps += self.num_envs
        self.scores += [(self.steps, episode.score) for episode in now.episodes]
        cut_B = now.truncated & ~now.terminated
        infos: list[dict[str, Any]] = [{"TimeLimit.truncated": bool(cut)} for cut in cut_B]
        for index, obs in now.final_obs.items():
            infos[index]["terminal_observation"] = obs
        return now.obs, now.rewards, now.terminated | now.truncated, infos

    def close(self) -> None:
        """Release the games."""
        self.environment.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The games draw nothing on a screen, and have no attribute besides."""
        if attr_name != "render_mode":
            raise AttributeError(attr_name)
        return [None] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """There is nothing to set."""
        raise AttributeError(attr_name)

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """There is nothing to call."""
        raise AttributeError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No game is wrapped."""
        return [False] * self.num_envs


class Convolutions(BaseFeaturesExtractor):
    """The convolutions and hidden layers of our network; Stable-Baselines3 makes the initial weights and the heads."""

    def __init__(self, observation_space: spaces.Box, parts: Any) -> None:
        super().__init__(observation_space, parts.hidden[-1])
        layers: list[nn.Module] = []
        incoming = observation_space.shape[0]
        for channels, kernel, stride in zip(parts.channels, parts.kernels, parts.strides, strict=True):
            layers += [nn.Conv2d(incoming, channels, kernel, stride), nn.ReLU()]
            incoming = channels
        layers.append(nn.Flatten())
        units = nn.Sequential(*layers)(torch.zeros(1, *observation_space.shape)).shape[1]
        for hidden in parts.hidden:
            layers += [nn.Linear(units, hidden), nn.ReLU()]
            units = hidden
        self.layers = nn.Sequential(*layers)

    def forward(self, observations: Tensor) -> Tensor:
        """Features (B, F) of pictures (B, C, H, W) scaled to 0..1."""
        features_BF: Tensor = self.layers(observations)
        return features_BF


def main() -> None:
    """Train and print one line of JSON."""
    words = sys.argv[1:]
    alike = words[:1] == [OUR_WEIGHTS]
    with App.open() as app:
        config = compose(app, words[alike:])
        workshop = Workshop(app, config)
        torch.set_num_threads(workshop.threads)
        settings = config.algorithm
        games = Games(workshop.environment(settings.environments, seed=workshop.seeds.integer("environment")))
        model = reference(config, games)
        if alike:
            give_our_weights(model, workshop, games.environment.info)
        begun = time.perf_counter()
        model.learn(config.budget.steps)
        seconds = time.perf_counter() - begun
        games.close()
    versions = {name: version(name) for name in PACKAGES}
    print(json.dumps({"steps": games.steps, "seconds": seconds, "scores": games.scores, "versions": versions}))


def give_our_weights(model: Any, workshop: Workshop, info: EnvInfo) -> None:
    """Let `model` begin with the weights that our run of this config begins with."""
    ours: Any = workshop.trainable(info, CPU, lambda count: workshop.environment(count, seed=0))
    networks = (model.q_net, model.q_net_target) if isinstance(model, DQN) else (model.policy,)
    with torch.no_grad():
        for network in networks:
            for parameter, initial in zip(network.parameters(), ours.modules()["network"].parameters(), strict=True):
                parameter.copy_(initial)
    ours.close()


def reference(config: ExperimentConfig, games: Games) -> BaseAlgorithm:
    """The algorithm and the network of `config`, by Stable-Baselines3."""
    policy = {
        "features_extractor_class": Convolutions,
        "features_extractor_kwargs": {"parts": resolve(config.network)},
        "net_arch": [],
    }
    return MAKERS[config.algorithm.name](config.algorithm, games, policy, config.seed or 0)


def ppo(settings: Any, games: Games, policy: dict[str, Any], seed: int) -> BaseAlgorithm:
    """PPO. Of the critic's clipping Stable-Baselines3 has another form, so it must be off."""
    require(settings, clip_value=False, overlap=False, anneal_clip=False)
    return PPO(
        "CnnPolicy",
        games,
        learning_rate=falling(settings.learning_rate, "linear" if settings.anneal_learning_rate else "constant"),
        n_steps=settings.rollout_steps,
        batch_size=settings.environments * settings.rollout_steps // settings.minibatches,
        n_epochs=settings.epochs,
        gamma=settings.gamma,
        gae_lambda=settings.gae_lambda,
        clip_range=settings.clip_range,
        normalize_advantage=settings.normalize_advantage,
        ent_coef=settings.entropy_coefficient,
        vf_coef=settings.value_coefficient,
        max_grad_norm=settings.max_grad_norm,
        target_kl=settings.target_kl,
        policy_kwargs=policy | {"optimizer_kwargs": {"eps": settings.adam_epsilon}},
        seed=seed,
        device="cpu",
    )


def a2c(settings: Any, games: Games, policy: dict[str, Any], seed: int) -> BaseAlgorithm:
    """A2C, with Adam or TensorFlow's RMSprop, as the settings say."""
    if settings.optimizer == "adam":
        optimizer = {"optimizer_class": torch.optim.Adam, "optimizer_kwargs": {"eps": settings.epsilon}}
    else:
        kwargs = {"eps": settings.epsilon, "alpha": settings.rmsprop_decay}
        optimizer = {"optimizer_class": RMSpropTFLike, "optimizer_kwargs": kwargs}
    return A2C(
        "CnnPolicy",
        games,
        learning_rate=falling(settings.learning_rate, settings.learning_rate_schedule),
        n_steps=settings.rollout_steps,
        gamma=settings.gamma,
        gae_lambda=settings.gae_lambda,
        ent_coef=settings.entropy_coefficient,
        vf_coef=settings.value_coefficient,
        max_grad_norm=settings.max_grad_norm,
        normalize_advantage=settings.normalize_advantage,
        use_rms_prop=False,
        policy_kwargs=policy | optimizer,
        seed=seed,
        device="cpu",
    )


def dqn(settings: Any, games: Games, policy: dict[str, Any], seed: int) -> BaseAlgorithm:
    """DQN. Its targets follow by steps played, ours by gradient steps."""
    require(settings, double=False, dueling=False, huber_delta=1.0, epsilon_steps=None, learning_starts_share=None)
    played, updates = rhythm(settings.environments, settings.update_every, settings.gradient_steps)
    return DQN(
        "CnnPolicy",
        games,
        learning_rate=falling(settings.learning_rate, settings.learning_rate_schedule),
        buffer_size=settings.replay_size,
        learning_starts=settings.learning_starts,
        batch_size=settings.batch_size,
        tau=settings.target_tau,
        gamma=settings.gamma,
        train_freq=played,
        gradient_steps=updates,
        n_steps=settings.n_step,
        target_update_interval=settings.target_every * settings.update_every // settings.gradient_steps,
        exploration_fraction=settings.epsilon_fraction,
        exploration_initial_eps=settings.epsilon_start,
        exploration_final_eps=settings.epsilon_end,
        max_grad_norm=float("inf") if settings.max_grad_norm is None else settings.max_grad_norm,
        policy_kwargs=policy | {"optimizer_kwargs": {"eps": settings.adam_epsilon}},
        seed=seed,
        device="cpu",
    )


MAKERS = {"ppo": ppo, "a2c": a2c, "dqn": dqn}


def rhythm(games: int, update_every: int, gradient_steps: int) -> tuple[int, int]:
    """Steps of all games together, and the gradient steps after them. Raises SystemExit when neither divides the other."""
    if update_every % games == 0:
        return update_every // games, gradient_steps
    updates, rest = divmod(games * gradient_steps, update_every)
    if rest:
        raise SystemExit("algorithm.update_every must be a multiple of the games, or divide their gradient steps")
    return 1, updates


def falling(rate: float, schedule: str) -> Callable[[float], float]:
    """The learning rate when a share `left` of the budget is left."""
    return lambda left: rate * share_left(schedule, 1.0 - left)


def require(settings: Any, **wanted: Any) -> None:
    """Raises SystemExit when a setting is not as wanted."""
    for name, value in wanted.items():
        if getattr(settings, name) != value:
            raise SystemExit(
                f"algorithm.{name}={getattr(settings, name)}: Stable-Baselines3 has nothing for it; {value} is needed"
            )


if __name__ == "__main__":
    main()
