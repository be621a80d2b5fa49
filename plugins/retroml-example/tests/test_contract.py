"""REINFORCE keeps the contract of algorithms."""

from typing import ClassVar

from retroml_example import retroml_algorithms

from retroml_core.testing import AlgorithmContract


class TestReinforce(AlgorithmContract):
    """Every test of the contract, on a tiny game."""

    spec = retroml_algorithms()[0]
    settings: ClassVar = {"environments": 4}
