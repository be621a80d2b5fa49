"""What comes with the project keeps the contracts it asks of others."""

from typing import ClassVar

from retroml_core.builtin import retroml_algorithms as builtin_algorithms
from retroml_core.builtin import retroml_environments as builtin_environments
from retroml_core.testing import TINY_ENVIRONMENT, AlgorithmContract, EnvironmentContract


class TestTinyEnvironment(EnvironmentContract):
    spec = TINY_ENVIRONMENT
    game = "tiny"


class TestCatch(EnvironmentContract):
    spec = builtin_environments()[0]
    game = "catch"
    settings: ClassVar = {"balls": 2}


class TestRandomAgent(AlgorithmContract):
    spec = builtin_algorithms()[0]
    settings: ClassVar = {"environments": 3}
