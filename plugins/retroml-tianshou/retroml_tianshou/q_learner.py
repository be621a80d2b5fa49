"""What the algorithms share that learn a distribution of returns for each action: networks, gradient step, prioritised replay.

C51, Rainbow, QR-DQN, IQN and FQF differ in two things, which each of them writes in a file of its own: what an action is
worth, and the loss. They are written on plain tensors instead of subclassing Tianshou's classes of the same names: those pass
every batch through numpy three times and read each loss from the device, in methods that are not public. Tianshou is what
they are measured by: tests hold every loss against Tianshou's on the same batch.

Shapes: N drawn steps, B observations, A actions.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor, nn

from retroml_tianshou.architectures import collect, resolve
from retroml_tianshou.beside import Beside
from retroml_tianshou.heads import DistributionHead
from retroml_tianshou.learning import Learned, Minibatch
from retroml_tianshou.networks import build_trunk, initialise
from retroml_tianshou.off_policy import OffPolicyTrainable, capacity
from retroml_tianshou.optimizer import FusedAdam, MeteredOptimizer
from retroml_tianshou.q_network import QNetwork
from retroml_tianshou.replay.priorities import PrioritizedSampler
from retroml_tianshou.replay.sampling import Sampler, UniformSampler
from retroml_tianshou.snapshots import generator_state, load_generator

if TYPE_CHECKING:
    import numpy as np

    from retroml_core.algorithm import Build
    from retroml_core.tree import Tree
    from retroml_tianshou.distribution_config import DistributionConfig
    from retroml_tianshou.off_policy_config import OffPolicyConfig

Network = TypeVar("Network", bound=QNetwork)

__all__ = ["DistributionTrainable", "Losses", "QLearner", "adam", "fused_adam"]


@dataclass(frozen=True, kw_only=True)
class Losses:
    """What a minibatch comes to: the `loss` to go down on, `metrics` by name, and how surprising each step was (N,)."""

    loss: Tensor
    metrics: Mapping[str, Tensor]
    surprise: Tensor


class QLearner(ABC):
    """A network and the target network that it learns towards; see `learning.Learner`. A subclass writes `values`, `losses`.

    What it draws at random comes from `draws`, which is part of a checkpoint.
    """

    def __init__(self, config: OffPolicyConfig, network: nn.Module, draws: torch.Generator) -> None:
        self.network = network
        self.target = copy.deepcopy(network).requires_grad_(False)
        self.draws = draws
        self.beside = Beside()
        self.optimizer = adam(config, network)

    @abstractmethod
    def values(self, obs: Tensor) -> Tensor:
        """See `Learner.values`."""

    @abstractmethod
    def losses(self, batch: Minibatch) -> Losses:
        """The loss of a minibatch."""

    def learn(self, batch: Minibatch, *, measure_ratio: bool) -> Learned:
        """See `Learner.learn`."""
        losses = self.losses(batch)
        self.optimizer.step(losses.loss, measure_ratio=measure_ratio)
        return Learned(metrics=losses.metrics, td_errors=losses.surprise)

    def modules_by_name(self) -> Mapping[str, nn.Module]:
        """See `Learner.modules_by_name`."""
        return {"network": self.network, "target": self.target}

    def optimizers(self) -> Mapping[str, MeteredOptimizer]:
        """See `Learner.optimizers`."""
        return {"network": self.optimizer}

    def targets(self) -> Sequence[tuple[nn.Module, nn.Module]]:
        """See `Learner.targets`."""
        return [(self.target, self.network)]


class DistributionTrainable(OffPolicyTrainable):
    """An `OffPolicyTrainable` whose learner draws at random, and whose replay may be prioritised."""

    learner: QLearner

    def __init__(self, build: Build) -> None:
        self.draws = torch.Generator(build.device).manual_seed(build.seeds.integer("learning", build.rank))
        super().__init__(build)

    def make_sampler(self, config: OffPolicyConfig, random: np.random.Generator) -> Sampler:
        """Prioritised with a `priority_exponent`, else uniform."""
        settings: DistributionConfig = self.build.config
        if not settings.priority_exponent:
            return UniformSampler(capacity(config), random)
        return PrioritizedSampler(capacity(config), random, alpha=settings.priority_exponent, beta=settings.importance_exponent)

    def make_trunk(self, generator: torch.Generator, *, hidden: bool) -> tuple[nn.Sequential, int, tuple[int, ...]]:
        """The trunk of the run's network, see `networks.build_trunk`, and the hidden layers it leaves to the head."""
        build, networks = self.build, collect(self.build.offers)
        trunk, features = build_trunk(build.network, build.env.observation_shape, generator, networks, hidden=hidden)
        return trunk, features, () if hidden else resolve(build.network, networks).hidden

    def make_network(self, generator: torch.Generator, numbers: int, *, dueling: bool, sigma: float | None = None) -> QNetwork:
        """A network that gives `numbers` for each action; hidden layers that are streams, or noisy, belong to the head."""
        trunk, features, hidden = self.make_trunk(generator, hidden=not dueling and sigma is None)
        head = DistributionHead(features, hidden, self.build.env.action_count, numbers, dueling=dueling, sigma=sigma)
        return self.placed(QNetwork(trunk, head), generator)

    def placed(self, network: Network, generator: torch.Generator) -> Network:
        """`network` with its head initialised, on the device and in the precision of the run."""
        initialise(network.head, generator)
        network.precision = self.compute.precision
        return network.to(self.compute.device)

    def learner_state(self) -> Tree:
        """See `OffPolicyTrainable.learner_state`; and the generator of the learner."""
        return super().learner_state() | {"draws": generator_state(self.draws)}

    def restore_learner(self, state: Tree) -> None:
        """Take up `learner_state()`."""
        super().restore_learner(state)
        load_generator(self.draws, state["draws"])


def adam(config: OffPolicyConfig, module: nn.Module) -> MeteredOptimizer:
    """The metered, fused Adam of `config` for the parameters of `module`."""
    return MeteredOptimizer(fused_adam(config, module), module, max_grad_norm=config.max_grad_norm)


def fused_adam(config: OffPolicyConfig, module: nn.Module) -> torch.optim.Optimizer:
    """The same without meters."""
    optimizer, _ = FusedAdam(learning_rate=config.learning_rate, epsilon=config.adam_epsilon).create_instances(module)
    return optimizer
