"""Losses, gradients and goals against Tianshou's own on the same batch, and projections against the paper's loop."""

import copy

import gymnasium
import numpy as np
import pytest
import torch
from retroml_tianshou.c51 import C51Learner, project
from retroml_tianshou.c51_config import C51Config
from retroml_tianshou.fqf import FQFLearner, ProposingNetwork, proposal_gradient
from retroml_tianshou.fqf_config import FQFConfig
from retroml_tianshou.heads import DistributionHead, EvenLinear, FractionHead, ImplicitQuantileHead, OutputLinear
from retroml_tianshou.iqn import ImplicitNetwork, IQNLearner
from retroml_tianshou.iqn_config import IQNConfig
from retroml_tianshou.learning import Minibatch
from retroml_tianshou.networks import build_trunk, initialise
from retroml_tianshou.optimizer import FusedAdam
from retroml_tianshou.q_network import QNetwork
from retroml_tianshou.qrdqn import QRDQNLearner
from retroml_tianshou.qrdqn_config import QRDQNConfig
from retroml_tianshou.quantiles import quantile_huber_loss
from retroml_tianshou.sac import SACLearner
from retroml_tianshou.sac_config import SACConfig
from tianshou.algorithm.modelfree.c51 import C51, C51Policy
from tianshou.algorithm.modelfree.discrete_sac import DiscreteSAC, DiscreteSACPolicy
from tianshou.algorithm.modelfree.fqf import FQF, FQFPolicy
from tianshou.algorithm.modelfree.iqn import IQN, IQNPolicy
from tianshou.algorithm.modelfree.qrdqn import QRDQN, QRDQNPolicy
from tianshou.algorithm.modelfree.sac import AutoAlpha
from tianshou.data import Batch
from torch import nn

ACTIONS, SHAPE, COUNT = 3, (2, 12, 12), 8
SPACE = gymnasium.spaces.Discrete(ACTIONS)
PLAIN = {"learning_rate": 0.01, "adam_epsilon": 1e-5, "max_grad_norm": None}


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def with_head(tiny_network_config):
    """A tiny trunk under a head: `with_head(kind of network, features -> head)`."""

    def make(make_head, kind=QNetwork, *further, seed: int = 1):
        trunk, features = build_trunk(tiny_network_config, SHAPE, generator(seed))
        parts = [make_head(features), *(part(features) for part in further)]
        for part in parts:
            initialise(part, generator(seed + 10))
        return kind(trunk, *parts)

    return make


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


def theirs_of(batch: Minibatch, returns: torch.Tensor) -> Batch:
    return Batch(
        obs=batch.obs,
        act=batch.actions.numpy(),
        obs_next=batch.next_obs,
        returns=returns,
        weight=batch.weights,
        info=Batch(),
    )


INDICES = np.arange(COUNT)


class Played:
    """Tianshou's replay buffer as far as its goals look at it."""

    def __init__(self, batch: Minibatch) -> None:
        self.steps = Batch(obs_next=batch.next_obs, info=Batch())

    def __getitem__(self, indices) -> Batch:
        return self.steps


def discounted(batch: Minibatch, following: torch.Tensor) -> torch.Tensor:
    """The goals that are `following` of the next step."""
    wide = (slice(None), *[None] * (following.ndim - 1))
    return (batch.returns[wide] + batch.discounts[wide] * following).detach()


def differ(learner) -> None:
    """Make the target another network than the one that learns."""
    with torch.no_grad():
        for parameter in learner.target.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator(7)))


def same_target(algorithm, learner, attribute: str = "network") -> None:
    """Give Tianshou's algorithm the same target, which it must not bring up to date before it is used."""
    algorithm._iter = 1
    lagged = algorithm.model_old.module if hasattr(algorithm.model_old, "module") else algorithm.model_old
    getattr(lagged, attribute).load_state_dict(learner.target.state_dict())


def assert_same_gradients(ours: nn.Module, theirs: nn.Module) -> None:
    for (name, one), two in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one.grad, two.grad, rtol=1e-4, atol=1e-6, msg=name)


def adam() -> FusedAdam:
    return FusedAdam(learning_rate=0.01, epsilon=1e-5)


class Model(nn.Module):
    """A network as Tianshou's policies call it, its output passed through `finish`."""

    def __init__(self, network: nn.Module, finish=lambda output: output) -> None:
        super().__init__()
        self.network, self.finish = copy.deepcopy(network), finish

    def forward(self, obs, state=None, info=None):
        return self.finish(self.network(obs)), state


def test_c51_is_tianshous(with_head, batch):
    learner = C51Learner(
        C51Config(atoms=7, lowest_return=-2, highest_return=2, double=True, **PLAIN),
        with_head(lambda features: DistributionHead(features, (), ACTIONS, 7)),
        generator(),
    )
    differ(learner)
    policy = C51Policy(
        model=Model(learner.network, lambda logits: logits.softmax(2)), action_space=SPACE, num_atoms=7, v_min=-2, v_max=2
    )
    theirs = C51(policy=policy, optim=adam(), target_update_freq=1000)
    same_target(theirs, learner)
    support = batch.returns.unsqueeze(1) + batch.discounts.unsqueeze(1) * learner.atoms_K
    loss = theirs._update_with_batch(theirs_of(batch, support)).loss
    learned = learner.learn(batch, measure_ratio=False)
    assert learned.metrics["loss/value"].item() == pytest.approx(loss, rel=1e-5)
    assert_same_gradients(learner.network, policy.model.network)


def test_projection_is_the_loop_of_the_paper():
    atoms = torch.linspace(-2, 3, 6)
    goals, chances = 4 * torch.randn(5, 6, generator=generator()), torch.rand(5, 6, generator=generator()).softmax(1)
    expected = np.zeros((5, 6))
    for row in range(5):
        for goal, chance in zip(goals[row].tolist(), chances[row].tolist(), strict=True):
            place = min(max(goal, -2.0), 3.0) + 2.0
            low, high = int(np.floor(place)), int(np.ceil(place))
            expected[row, low] += chance * (1.0 if low == high else high - place)
            expected[row, high] += chance * (place - low)
    np.testing.assert_allclose(project(goals, chances, atoms).numpy(), expected, atol=1e-5)


def test_a_finished_game_is_worth_its_reward_alone(with_head, batch):
    config = C51Config(atoms=5, lowest_return=-2, highest_return=2, **PLAIN)
    learner = C51Learner(config, with_head(lambda features: DistributionHead(features, (), ACTIONS, 5)), generator())
    batch.returns[:], batch.discounts[:] = 1.0, 0.0
    torch.testing.assert_close(
        learner.goals(batch, learner.following(batch)), torch.tensor([[0.0, 0, 0, 1, 0]]).expand(COUNT, -1)
    )


def test_surprise_is_nothing_where_the_goal_is_met(with_head, batch):
    config = C51Config(atoms=5, lowest_return=-2, highest_return=2, **PLAIN)
    learner = C51Learner(config, with_head(lambda features: DistributionHead(features, (), ACTIONS, 5)), generator())
    with torch.no_grad():
        learner.goals = lambda *_: learner.network(batch.obs)[torch.arange(COUNT), batch.actions].softmax(1)
        torch.testing.assert_close(learner.losses(batch).surprise, torch.zeros(COUNT), rtol=0, atol=1e-6)


def test_qrdqn_is_tianshous(with_head, batch):
    learner = QRDQNLearner(
        QRDQNConfig(quantiles=6, double=True, **PLAIN),
        with_head(lambda features: DistributionHead(features, (), ACTIONS, 6)),
        generator(),
    )
    differ(learner)
    policy = QRDQNPolicy(model=Model(learner.network), action_space=SPACE)
    theirs = QRDQN(policy=policy, optim=adam(), num_quantiles=6, target_update_freq=1000)
    same_target(theirs, learner)
    goals = discounted(batch, theirs._target_q(Played(batch), INDICES))
    torch.testing.assert_close(learner.goals(batch, learner.following(batch)), goals)
    loss = theirs._update_with_batch(theirs_of(batch, goals)).loss
    learned = learner.learn(batch, measure_ratio=False)
    assert learned.metrics["loss/value"].item() == pytest.approx(loss, rel=1e-5)
    assert_same_gradients(learner.network, policy.model.network)


class ImplicitModel(nn.Module):
    """A network of implicit quantiles as Tianshou calls it, with fractions drawn as ours draws them."""

    def __init__(self, network: ImplicitNetwork, draws: torch.Generator) -> None:
        super().__init__()
        self.network, self.draws = copy.deepcopy(network), draws

    def forward(self, obs, sample_size, state=None, info=None):
        fractions = torch.rand((len(obs), sample_size), generator=self.draws)
        return (self.network(obs, fractions).transpose(1, 2), fractions), state


def test_iqn_is_tianshous(with_head, batch):
    network = with_head(lambda features: ImplicitQuantileHead(features, (), ACTIONS, 4), ImplicitNetwork)
    learner = IQNLearner(IQNConfig(fractions=6, goal_fractions=6, **PLAIN), network, generator())
    differ(learner)
    policy = IQNPolicy(model=ImplicitModel(network, generator()), action_space=SPACE, online_sample_size=6)
    theirs = IQN(policy=policy, optim=adam(), target_update_freq=1000)
    same_target(theirs, learner)
    goals = learner.goals(batch, learner.following(batch))
    learner.draws, learner.goals = generator(), lambda *_: goals
    policy.train()
    loss = theirs._update_with_batch(theirs_of(batch, goals)).loss
    learned = learner.learn(batch, measure_ratio=False)
    assert learned.metrics["loss/value"].item() == pytest.approx(loss, rel=1e-5)
    assert_same_gradients(learner.network, policy.model.network)


class ProposingModel(nn.Module):
    """A network that proposes fractions as Tianshou calls it."""

    def __init__(self, network: ProposingNetwork) -> None:
        super().__init__()
        self.trunk, self.head = copy.deepcopy(network.trunk), copy.deepcopy(network.head)

    def forward(self, obs, propose_model, fractions=None, state=None, info=None):
        features = self.trunk(obs)
        if fractions is None:
            borders, entropies = propose_model(features.detach())
            fractions = Batch(taus=borders, tau_hats=((borders[:, 1:] + borders[:, :-1]) / 2).detach(), entropies=entropies)
        with torch.no_grad():
            at_borders = self.head(features, fractions.taus[:, 1:-1]).transpose(1, 2)
        return (self.head(features, fractions.tau_hats).transpose(1, 2), fractions, at_borders), state


def test_fqf_is_tianshous(with_head, batch):
    network = with_head(
        lambda features: ImplicitQuantileHead(features, (), ACTIONS, 4),
        ProposingNetwork,
        lambda features: FractionHead(features, 6),
    )
    learner = FQFLearner(FQFConfig(fractions=6, double=True, proposal_entropy=0.5, **PLAIN), network, generator())
    differ(learner)
    policy = FQFPolicy(model=ProposingModel(network), fraction_model=copy.deepcopy(network.proposal), action_space=SPACE)
    theirs = FQF(policy=policy, optim=adam(), fraction_optim=adam(), num_fractions=6, ent_coef=0.5, target_update_freq=1000)
    theirs._iter = 1
    for part in ("trunk", "head"):
        getattr(theirs.model_old.module, part).load_state_dict(getattr(learner.target, part).state_dict())
    goals = discounted(batch, theirs._target_q(Played(batch), INDICES))
    torch.testing.assert_close(learner.goals(batch, learner.following(batch)), goals)
    their_stats = theirs._update_with_batch(theirs_of(batch, goals))
    learned = learner.learn(batch, measure_ratio=False)
    assert learned.metrics["loss/value"].item() == pytest.approx(their_stats.quantile_loss, rel=1e-5)
    their_proposal_loss = their_stats.fraction_loss - 0.5 * their_stats.entropy_loss
    assert learned.metrics["loss/proposal"].item() == pytest.approx(their_proposal_loss, rel=1e-4)
    assert_same_gradients(network.trunk, policy.model.trunk)
    assert_same_gradients(network.head, policy.model.head)
    assert_same_gradients(network.proposal, policy.fraction_model)


def test_borders_move_by_equation_3_where_quantiles_rise():
    at_middles = torch.tensor([[0.0, 1.0, 3.0]])
    at_borders = torch.tensor([[0.4, 2.5]])
    expected = 2 * at_borders - at_middles[:, 1:] - at_middles[:, :-1]
    torch.testing.assert_close(proposal_gradient(at_borders, at_middles), expected)


def test_proposals_learn_at_their_share_of_the_rate(with_head):
    network = with_head(
        lambda features: ImplicitQuantileHead(features, (), ACTIONS, 4),
        ProposingNetwork,
        lambda features: FractionHead(features, 6),
    )
    optimizer = FQFLearner(FQFConfig(proposal_rate=0.25, **PLAIN), network, generator()).optimizers()["proposal"]
    optimizer.learning_rate = 0.2
    assert optimizer.learning_rate == 0.2
    assert optimizer._optim.param_groups[0]["lr"] == pytest.approx(0.05)


def test_quantile_loss_is_the_formula():
    draws = generator()
    quantiles, goals = torch.randn(4, 3, generator=draws), 2 * torch.randn(4, 5, generator=draws)
    fractions = torch.rand(4, 3, generator=draws)
    losses, errors = quantile_huber_loss(quantiles, fractions, goals)
    for n in range(4):
        total = 0.0
        for i in range(3):
            for j in range(5):
                error = float(goals[n, j] - quantiles[n, i])
                huber = 0.5 * error**2 if abs(error) <= 1 else abs(error) - 0.5
                total += abs(float(fractions[n, i]) - (error < 0)) * huber / 5
        assert losses[n].item() == pytest.approx(total, rel=1e-5)
        assert errors[n].item() == pytest.approx(float((goals[n][:, None] - quantiles[n]).abs().mean()), rel=1e-5)


@pytest.mark.parametrize("temperature", [0.2, None])
def test_sac_is_tianshous(with_head, batch, temperature):
    actor = with_head(lambda features: EvenLinear(features, ACTIONS))
    critics = [with_head(lambda features: OutputLinear(features, ACTIONS), seed=seed) for seed in (2, 3)]
    learner = SACLearner(SACConfig(temperature=temperature, target_entropy=0.5, **PLAIN), actor, critics, ACTIONS)
    alpha = AutoAlpha(0.5 * float(np.log(ACTIONS)), 0.0, adam()) if temperature is None else temperature
    theirs = DiscreteSAC(
        policy=DiscreteSACPolicy(actor=Model(actor), action_space=SPACE),
        policy_optim=adam(),
        critic=copy.deepcopy(critics[0]),
        critic_optim=adam(),
        critic2=copy.deepcopy(critics[1]),
        critic2_optim=adam(),
        alpha=alpha,
        tau=1.0,
    )
    goals = discounted(batch, theirs._target_q(Played(batch), INDICES))
    torch.testing.assert_close(learner.goals(batch), goals)
    their_stats = theirs._update_with_batch(theirs_of(batch, goals))
    learned = learner.learn(batch, measure_ratio=False)
    assert learned.metrics["loss/policy"].item() == pytest.approx(their_stats.actor_loss, rel=1e-5)
    value_loss = (their_stats.critic1_loss + their_stats.critic2_loss) / 2
    assert learned.metrics["loss/value"].item() == pytest.approx(value_loss, rel=1e-5)
    assert_same_gradients(actor, theirs.policy.actor.network)
    assert_same_gradients(critics[0], theirs.critic)
    assert_same_gradients(critics[1], theirs.critic2)
    assert learner.temperature().item() == pytest.approx(theirs.alpha.value, rel=1e-6)


@pytest.mark.parametrize("double", [True, False])
def test_the_goals_of_iqn_are_the_formula(with_head, batch, double):
    network = with_head(lambda features: ImplicitQuantileHead(features, (), ACTIONS, 4), ImplicitNetwork)
    learner = IQNLearner(IQNConfig(goal_fractions=5, double=double, **PLAIN), network, generator())
    differ(learner)
    goals = learner.goals(batch, learner.following(batch))
    with torch.no_grad():
        best = (network if double else learner.target)(batch.next_obs, learner.choosing_1Q).mean(1).argmax(1)
        fractions = torch.rand(COUNT, 5, generator=generator())
        following = learner.target(batch.next_obs, fractions)[INDICES, :, best]
    torch.testing.assert_close(goals, discounted(batch, following))
