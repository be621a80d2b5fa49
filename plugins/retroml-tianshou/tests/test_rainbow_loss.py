"""Rainbow's loss and gradients against Tianshou's own on the same batch, with the same weights and the same noise."""

import copy

import gymnasium
import pytest
import torch
from retroml_tianshou.heads import DistributionHead
from retroml_tianshou.learning import Minibatch
from retroml_tianshou.networks import build_trunk, initialise
from retroml_tianshou.noisy import NoisyLinear, draw_noise
from retroml_tianshou.optimizer import FusedAdam
from retroml_tianshou.q_network import QNetwork
from retroml_tianshou.rainbow import RainbowLearner
from retroml_tianshou.rainbow_config import RainbowConfig
from tianshou.algorithm.modelfree.c51 import C51Policy
from tianshou.algorithm.modelfree.rainbow import RainbowDQN
from tianshou.data import Batch
from tianshou.utils.net.discrete import NoisyLinear as TianshouNoisyLinear
from torch import nn

ACTIONS, SHAPE, COUNT, ATOMS, SIGMA = 3, (2, 12, 12), 8, 7, 0.5


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def batch() -> Minibatch:
    draws = generator(3)
    return Minibatch(
        obs=torch.randint(0, 256, (COUNT, *SHAPE), dtype=torch.uint8, generator=draws),
        actions=torch.randint(0, ACTIONS, (COUNT,), generator=draws),
        returns=torch.randn(COUNT, generator=draws),
        discounts=0.9 * (torch.arange(COUNT) % 4 > 0),
        next_obs=torch.randint(0, 256, (COUNT, *SHAPE), dtype=torch.uint8, generator=draws),
        weights=torch.rand(COUNT, generator=draws) + 0.1,
    )


@pytest.fixture
def learner(tiny_network_config) -> RainbowLearner:
    """All six parts, and a target that is another network than the one that learns."""
    trunk, features = build_trunk(tiny_network_config, SHAPE, generator(), hidden=False)
    head = DistributionHead(features, (16,), ACTIONS, ATOMS, dueling=True, sigma=SIGMA)
    initialise(head, generator(11))
    config = RainbowConfig(atoms=ATOMS, lowest_return=-2, highest_return=2, learning_rate=0.01, max_grad_norm=None)
    made = RainbowLearner(config, QNetwork(trunk, head), generator(5))
    with torch.no_grad():
        for parameter in made.target.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator(7)))
    return made


class SameNoise(TianshouNoisyLinear):
    """Tianshou's layer with the weights and the noise of one of ours, which it keeps."""

    def __init__(self, layer: NoisyLinear) -> None:
        units, features = layer.weight.shape
        super().__init__(features, units, SIGMA)
        noise_in, noise_out = layer.noise
        pairs = {"mu_W": layer.weight, "sigma_W": layer.weight_sigma, "mu_bias": layer.bias, "sigma_bias": layer.bias_sigma}
        with torch.no_grad():
            for name, values in {**pairs, "eps_p": noise_in[0], "eps_q": noise_out[0]}.items():
                getattr(self, name).copy_(values)

    def sample(self) -> None:
        """The noise stays."""


class TheirModel(nn.Module):
    """A noisy network of ours with Tianshou's layers, called as Tianshou's policies call it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = copy.deepcopy(network)
        for name, layer in list(self.network.named_modules()):
            if isinstance(layer, NoisyLinear):
                self.network.set_submodule(name, SameNoise(layer))

    def forward(self, obs, state=None, info=None):
        return self.network(obs).softmax(2), state


def theirs_of(learner: RainbowLearner) -> RainbowDQN:
    """Tianshou's Rainbow with the noise that the next `losses` of `learner` will draw."""
    draws = generator(5)
    network, target = copy.deepcopy(learner.network), copy.deepcopy(learner.target)
    draw_noise(network, draws)
    draw_noise(target, draws)
    space = gymnasium.spaces.Discrete(ACTIONS)
    policy = C51Policy(model=TheirModel(network), action_space=space, num_atoms=ATOMS, v_min=-2, v_max=2)
    theirs = RainbowDQN(policy=policy, optim=FusedAdam(learning_rate=0.01, epsilon=1e-5), target_update_freq=1000)
    theirs._iter = 1  # the target must not be brought up to date before it is used
    theirs.model_old.load_state_dict(TheirModel(target).state_dict())
    theirs.policy.train()
    theirs.model_old.train()
    return theirs


def their_loss(theirs: RainbowDQN, batch: Minibatch, support: torch.Tensor) -> float:
    goals = batch.returns.unsqueeze(1) + batch.discounts.unsqueeze(1) * support
    steps = Batch(
        obs=batch.obs, act=batch.actions.numpy(), obs_next=batch.next_obs, returns=goals, weight=batch.weights, info=Batch()
    )
    return theirs._update_with_batch(steps).loss


def test_rainbow_is_tianshous(learner, batch):
    theirs = theirs_of(learner)
    expected = their_loss(theirs, batch, learner.atoms_K)
    losses = learner.losses(batch)
    assert losses.loss.item() == pytest.approx(expected, rel=1e-5)
    losses.loss.backward()
    network = theirs.policy.model.network
    for (name, ours), parameter in zip(learner.network.trunk.named_parameters(), network.trunk.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, parameter.grad, rtol=1e-4, atol=1e-6, msg=name)
    for name, layer in learner.network.head.named_modules():
        if isinstance(layer, NoisyLinear):
            other = network.head.get_submodule(name)
            pairs = {"weight": "mu_W", "bias": "mu_bias", "weight_sigma": "sigma_W", "bias_sigma": "sigma_bias"}
            for mine, their in pairs.items():
                found, wanted = getattr(layer, mine).grad, getattr(other, their).grad
                torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6, msg=f"{name}.{mine}")


def test_the_noise_makes_a_difference(learner, batch):
    expected = their_loss(theirs_of(learner), batch, learner.atoms_K)
    learner.losses(batch)
    assert learner.losses(batch).loss.item() != pytest.approx(expected, rel=1e-3)
