"""PPO keeps the contract of algorithms."""

from typing import ClassVar

from retroml_tianshou import retroml_algorithms

from retroml_core.schema import NetworkConfig
from retroml_core.testing import AlgorithmContract


class TestPPO(AlgorithmContract):
    """Every test of the contract, on a tiny game whose episodes are often cut by the clock."""

    spec = next(iter(retroml_algorithms()))
    settings: ClassVar = {"environments": 4, "rollout_steps": 8, "minibatches": 2, "epochs": 2, "precision": "float32"}
    network: ClassVar = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])


class TestPPOWithEveryOption(TestPPO):
    """The same with the settings that change the course of an update."""

    settings: ClassVar = TestPPO.settings | {
        "clip_value": False,
        "normalize_advantage": False,
        "target_kl": 0.001,
        "anneal_clip": True,
    }


class TestOverlappedPPO(TestPPO):
    """The same while learning goes on beside playing."""

    settings: ClassVar = TestPPO.settings | {"overlap": True}
