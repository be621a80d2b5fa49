"""DQN's targets, loss and update against Tianshou's own, on the same steps in its own replay buffer."""

import copy

import gymnasium
import numpy as np
import pytest
import torch
from retroml_tianshou.dqn import LeanDQN
from retroml_tianshou.dqn_config import DQNConfig
from retroml_tianshou.learning import upload
from retroml_tianshou.optimizer import FusedAdam
from retroml_tianshou.q_network import build_q_network
from retroml_tianshou.replay.buffer import ReplayBuffer
from retroml_tianshou.replay.frames import MemoryFrames
from retroml_tianshou.replay.sampling import UniformSampler
from tianshou.algorithm.modelfree import dqn as tianshou_dqn
from tianshou.data import Batch
from tianshou.data import ReplayBuffer as TianshouBuffer

from retroml_core.environment import Transition
from retroml_core.schema import NetworkConfig

ACTIONS, SHAPE, STEPS = 3, (2, 12, 12), 40
NETWORK = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])


class FromNumpy(torch.nn.Module):
    """Our network as Tianshou's buffers feed it."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, obs, state=None, info=None):
        return self.network(torch.as_tensor(np.asarray(obs))), state


class Policy(tianshou_dqn.DiscreteQLearningPolicy):
    @staticmethod
    def _compile():
        """The functions it would compile take seconds and are the same uncompiled."""


def make_ours(**settings):
    network = build_q_network(NETWORK, SHAPE, ACTIONS, torch.Generator().manual_seed(1), dueling=settings.get("dueling", False))
    learner = LeanDQN(DQNConfig(**{"max_grad_norm": None} | settings), network, ACTIONS)
    torch.nn.init.normal_(next(iter(learner.target.parameters())), generator=torch.Generator().manual_seed(2))
    return learner


def make_theirs(ours, config):
    algorithm = tianshou_dqn.DQN(
        policy=Policy(model=FromNumpy(copy.deepcopy(ours.network)), action_space=gymnasium.spaces.Discrete(ACTIONS)),
        optim=FusedAdam(learning_rate=config["learning_rate"], epsilon=1e-8),
        gamma=0.99,
        n_step_return_horizon=config["n_step"],
        target_update_freq=1000,
        is_double=config["double"],
        huber_loss_delta=config["huber_delta"],
    )
    algorithm.model_old.module.network.load_state_dict(ours.target.state_dict())
    algorithm._iter = 1
    return algorithm


def play(n_step):
    """Forty steps of one game with ends, in our buffer and in Tianshou's."""
    random = np.random.default_rng(7)
    ours = ReplayBuffer(
        slots=100,
        environments=1,
        observation_shape=SHAPE,
        horizon=n_step,
        gamma=0.99,
        sampler=UniformSampler(100, random),
        storage=MemoryFrames,
    )
    theirs = TianshouBuffer(100)
    obs = random.integers(1, 256, (1, *SHAPE)).astype(np.uint8)
    for step in range(STEPS):
        ours.see(obs)
        over = np.array([step % 9 == 8])
        rewards = random.normal(size=1).astype(np.float32)
        actions = random.integers(0, ACTIONS, 1)
        last = random.integers(1, 256, (1, *SHAPE)).astype(np.uint8)
        transition = Transition(
            obs=last,
            actions=actions,
            rewards=rewards,
            raw_rewards=rewards,
            terminated=over,
            truncated=np.zeros(1, np.bool_),
            final_obs={0: last[0]} if over[0] else {},
        )
        ours.learn(transition)
        theirs.add(
            Batch(
                obs=obs[0],
                act=actions[0],
                rew=float(rewards[0]),
                terminated=bool(over[0]),
                truncated=False,
                obs_next=last[0],
                info={},
            )
        )
        obs = last
    ours.see(obs)
    return ours, theirs


CASES = [
    {"double": double, "huber_delta": delta, "n_step": n_step, "dueling": double, "learning_rate": 1e-3}
    for double in (False, True)
    for delta in (None, 0.5)
    for n_step in (1, 3)
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(str(value) for value in case.values()))
def test_an_update_is_tianshous_update(case):
    ours = make_ours(**case)
    theirs = make_theirs(ours, case)
    our_buffer, their_buffer = play(case["n_step"])
    indices = np.arange(STEPS - case["n_step"])
    batch = their_buffer[indices]
    prepared = theirs._preprocess_batch(batch, their_buffer, indices)
    minibatch = upload(our_buffer.look_up(indices, np.ones(len(indices), np.float32)), torch.device("cpu"))
    np.testing.assert_allclose(
        ours.goals(minibatch, ours.following(minibatch)).numpy(), prepared.returns.flatten().numpy(), rtol=1e-4, atol=1e-6
    )

    learned = ours.learn(minibatch, measure_ratio=False)
    stats = theirs._update_with_batch(prepared)
    assert learned.metrics["loss/value"].item() == pytest.approx(stats.loss, rel=1e-4)
    np.testing.assert_allclose(learned.td_errors.numpy(), prepared.weight.detach().numpy(), rtol=1e-3, atol=1e-5)
    for mine, other in zip(ours.network.parameters(), theirs.policy.model.network.parameters(), strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-3, atol=2e-4)


@pytest.mark.parametrize("delta", [None, 1.0])
def test_weights_count(delta):
    ours = make_ours(huber_delta=delta)
    buffer, _ = play(1)
    indices = np.arange(8)

    def loss(weights):
        minibatch = upload(buffer.look_up(indices, np.array(weights, np.float32)), torch.device("cpu"))
        return ours.losses(minibatch)[0].item()

    whole, first = loss([1.0] * 8), loss([1.0] * 4 + [0.0] * 4)
    assert loss([0.5] * 8) == pytest.approx(whole / 2)
    assert first + loss([0.0] * 4 + [1.0] * 4) == pytest.approx(whole)
    assert first != pytest.approx(whole)


def test_a_dueling_network_adds_advantages_over_their_mean():
    network = build_q_network(NETWORK, SHAPE, ACTIONS, torch.Generator().manual_seed(1), dueling=True)
    obs = torch.randint(0, 256, (5, *SHAPE), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))
    features = network.trunk(obs)
    torch.testing.assert_close(network(obs).mean(1), network.head.value(features).squeeze(1))


def test_a_dueling_network_has_two_streams_of_hidden_layers():
    plain, dueling = (
        build_q_network(NETWORK, SHAPE, ACTIONS, torch.Generator().manual_seed(1), dueling=dueling) for dueling in (False, True)
    )
    hidden = 4 * 5 * 5 * 16 + 16
    sizes = [sum(parameter.numel() for parameter in network.parameters()) for network in (plain, dueling)]
    assert sizes[1] - sizes[0] == hidden + 16 + 1


def test_the_target_network_does_not_learn():
    ours = make_ours()
    before = copy.deepcopy(ours.target.state_dict())
    buffer, _ = play(1)
    ours.learn(upload(buffer.look_up(np.arange(8), np.ones(8, np.float32)), torch.device("cpu")), measure_ratio=False)
    for name, tensor in ours.target.state_dict().items():
        torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)
