"""The algorithms that learn distributions of returns, and discrete SAC, keep the contract of algorithms."""

from typing import ClassVar

from retroml_tianshou import retroml_algorithms

from retroml_core.schema import NetworkConfig
from retroml_core.testing import AlgorithmContract

SPECS = {spec.name: spec for spec in retroml_algorithms()}


class Replaying(AlgorithmContract):
    """On a tiny game whose episodes are often cut by the clock, learning from the start."""

    settings: ClassVar = {
        "environments": 2,
        "report_steps": 24,
        "learning_starts": 8,
        "batch_size": 4,
        "target_every": 3,
        "replay_size": 60,
        "precision": "float32",
    }
    network: ClassVar = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])


class TestC51(Replaying):
    spec = SPECS["c51"]
    settings: ClassVar = Replaying.settings | {"atoms": 11}


class TestRainbow(Replaying):
    spec = SPECS["rainbow"]
    settings: ClassVar = Replaying.settings | {"atoms": 11}


class TestQRDQN(Replaying):
    spec = SPECS["qrdqn"]
    settings: ClassVar = Replaying.settings | {"quantiles": 10, "priority_exponent": 0.6, "double": True, "dueling": True}


class TestIQN(Replaying):
    spec = SPECS["iqn"]
    settings: ClassVar = Replaying.settings | {"cosines": 8}


class TestFQF(Replaying):
    spec = SPECS["fqf"]
    settings: ClassVar = Replaying.settings | {"cosines": 8, "fractions": 6, "proposal_rate": 0.1}


class TestSAC(Replaying):
    spec = SPECS["sac"]
