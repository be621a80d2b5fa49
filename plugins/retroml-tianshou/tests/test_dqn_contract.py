"""DQN keeps the contract of algorithms, with every way to keep its replay."""

from typing import ClassVar

from retroml_tianshou import retroml_algorithms

from retroml_core.schema import NetworkConfig
from retroml_core.testing import AlgorithmContract


class TestDQN(AlgorithmContract):
    """Every test of the contract, on a tiny game whose episodes are often cut by the clock."""

    spec = next(spec for spec in retroml_algorithms() if spec.name == "dqn")
    settings: ClassVar = {
        "environments": 2,
        "report_steps": 40,
        "learning_starts": 16,
        "batch_size": 4,
        "target_every": 3,
        "replay_size": 60,
        "precision": "float32",
    }
    network: ClassVar = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])
