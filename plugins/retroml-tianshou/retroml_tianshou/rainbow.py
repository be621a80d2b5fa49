"""Rainbow, six improvements of DQN in one: https://arxiv.org/abs/1710.02298

    double Q-learning, distributional   `C51Learner` in c51.py
    dueling streams                     `DistributionHead` in heads.py
    prioritised replay                  `PrioritizedSampler` in replay/priorities.py, by the divergence of each step
    returns over three steps            `ReplayBuffer` in replay/buffer.py
    noisy layers                        noisy.py, and here: when noise is drawn

Noise is drawn for every minibatch, for the network and its target apart, and for every step that is played, for each game
apart. Tianshou's collector switches it off while playing, so that its Rainbow does not explore unless it is told to take random
actions besides; here it is on while training plays, and off in evaluations and films. Deviations: docs/algorithms/rainbow.md.

Shapes: N drawn steps, B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from retroml_tianshou.c51 import C51, C51Learner
from retroml_tianshou.noisy import NoisyLinear, draw_noise, silence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.algorithm import Build
    from retroml_tianshou.learning import Minibatch
    from retroml_tianshou.q_learner import Losses
    from retroml_tianshou.rainbow_config import RainbowConfig

__all__ = ["Rainbow", "RainbowLearner", "build"]


class RainbowLearner(C51Learner):
    """C51 whose networks are noisy while they learn; outside of `losses` they are silent."""

    def losses(self, batch: Minibatch) -> Losses:
        """See `C51Learner.losses`; one noise for the whole minibatch, another one for the target."""
        draw_noise(self.network, self.draws)
        draw_noise(self.target, self.draws)
        losses = super().losses(batch)
        silence(self.network)
        silence(self.target)
        return losses

    def mean_noise(self) -> float:
        """The mean of |sigma| sqrt(features) over all noisy weights: what `noise` was at first, 0 when all has calmed down."""
        layers = [layer for layer in self.network.modules() if isinstance(layer, NoisyLinear)]
        scaled = [layer.weight_sigma.detach().abs() * layer.weight_sigma.shape[1] ** 0.5 for layer in layers]
        return float(torch.cat([sigma.flatten() for sigma in scaled]).mean()) if scaled else 0.0


class Rainbow(C51):
    """Rainbow as the core drives it."""

    learner: RainbowLearner

    def make_learner(self, generator: torch.Generator) -> RainbowLearner:
        """See `OffPolicyTrainable.make_learner`."""
        config: RainbowConfig = self.build.config
        sigma = config.noise if config.noisy else None
        network = self.make_network(generator, config.atoms, dueling=config.dueling, sigma=sigma)
        return RainbowLearner(config, network, self.draws)

    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Actions (B,), those worth most to a network with a noise of its own for each game; see `OnlineTrainable.choose`."""
        draw_noise(self.learner.network, self.draws, rows=len(obs))
        actions = super().choose(obs)
        silence(self.learner.network)
        return actions

    def about_exploration(self) -> dict[str, float]:
        """The chance of random actions, and what is left of the noise."""
        return super().about_exploration() | {"policy/noise": self.learner.mean_noise()}


def build(build: Build) -> Rainbow:
    """The factory of this algorithm."""
    return Rainbow(build)
