"""Shared by the tests of this plugin: a tiny network, made-up samples, torch's settings put back after each test."""

import os

os.environ["NUMBA_DISABLE_JIT"] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # as the plugin asks at its start; read when torch loads

from collections.abc import Iterator

import pytest
import torch
from retroml_tianshou.networks import ActorCritic, build_network
from retroml_tianshou.ppo import JointPPO, build
from retroml_tianshou.ppo_config import PPOConfig
from retroml_tianshou.rollout import Samples

from retroml_core.algorithm import Build
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import TinyConfig, TinyEnvironment

QUICK = {"environments": 4, "rollout_steps": 8, "minibatches": 2, "epochs": 2}
TINY = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])


@pytest.fixture(autouse=True)
def torch_as_before() -> Iterator[None]:
    """Algorithms set torch up for their whole process; a test must not do so for the next one."""
    threads, repeatable = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.set_deterministic_debug_mode("error" if repeatable else "default")


@pytest.fixture
def tiny_network_config() -> NetworkConfig:
    return TINY


@pytest.fixture
def make_network():
    def make(seed: int = 0, actions: int = 3, shape: tuple[int, int, int] = (2, 12, 12)) -> ActorCritic:
        return build_network(TINY, shape, actions, torch.Generator().manual_seed(seed))

    return make


@pytest.fixture
def make_ppo(make_network):
    def make(seed: int = 0, **settings) -> JointPPO:
        return JointPPO(PPOConfig(**settings), make_network(seed), 3)

    return make


@pytest.fixture
def make_samples(make_network):
    """Samples as `network` would have played them, or as a slightly different policy did."""

    def make(network: ActorCritic, count: int = 32, *, shift: float = 0.0, seed: int = 0) -> Samples:
        generator = torch.Generator().manual_seed(seed)
        obs = torch.randint(0, 256, (count, 12, 12, 2), dtype=torch.uint8, generator=generator)
        with torch.no_grad():
            logits, values = network(obs.permute(0, 3, 1, 2))
            actions = torch.multinomial(logits.softmax(1), 1, generator=generator).squeeze(1)
            log_probs = logits.log_softmax(1).gather(1, actions[:, None]).squeeze(1)
        return Samples(
            obs=obs,
            actions=actions,
            log_probs=log_probs + shift * torch.randn(count, generator=generator),
            values=values + shift * torch.randn(count, generator=generator),
            advantages=torch.randn(count, generator=generator) * 2 + 1,
            returns=torch.randn(count, generator=generator),
        )

    return make


@pytest.fixture
def make_build():
    def make(seed: int = 1, **settings) -> Build:
        seeds = Seeds(seed)
        return Build(
            env=TinyEnvironment(TinyConfig(), 1, 0).info,
            config=PPOConfig(**QUICK | settings),
            network=TINY,
            seeds=seeds,
            threads=1,
            make_environment=lambda count: TinyEnvironment(TinyConfig(), count, seeds.integer("environment")),
        )

    return make


@pytest.fixture
def make(make_build):
    return lambda seed=1, **settings: build(make_build(seed, **settings))
