"""The plugin and its algorithm keep their contracts; every preset composes."""

from typing import ClassVar

from retroml_example import retroml_algorithms

from retroml_core.testing import AlgorithmContract, PluginContract


class TestPlugin(PluginContract):
    module = "retroml_example"


class TestReinforce(AlgorithmContract):
    spec = retroml_algorithms()[0]
    settings: ClassVar = {"environments": 4}
