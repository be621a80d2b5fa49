"""A2C keeps the contract of algorithms."""

from typing import ClassVar

from retroml_tianshou import retroml_algorithms

from retroml_core.schema import NetworkConfig
from retroml_core.testing import AlgorithmContract


class TestA2C(AlgorithmContract):
    """Every test of the contract, on a tiny game whose episodes are often cut by the clock."""

    spec = next(spec for spec in retroml_algorithms() if spec.name == "a2c")
    settings: ClassVar = {"environments": 4, "precision": "float32"}
    network: ClassVar = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])
    chunks: ClassVar = 3


class TestA2CWithEveryOption(TestA2C):
    """The same with the settings that change the course of an update."""

    settings: ClassVar = TestA2C.settings | {
        "optimizer": "adam",
        "learning_rate_schedule": "cosine",
        "gae_lambda": 0.9,
        "normalize_advantage": True,
        "max_grad_norm": None,
    }
