"""Contract suites for plugin authors: subclass the suite of what you wrote, run pytest, follow the advice.

    from retroml_core.testing import AlgorithmContract
    from retroml_mine import retroml_algorithms

    class TestMine(AlgorithmContract):
        spec = retroml_algorithms()[0]
        settings = {"rollout": 8}

Needs pytest; the rest of the core never imports this package.
"""

from retroml_core.testing.algorithm import AlgorithmContract
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.control import FakeControl
from retroml_core.testing.environment import EnvironmentContract
from retroml_core.testing.exporter import ExporterContract
from retroml_core.testing.metric import MetricContract, sample_batch
from retroml_core.testing.plugin import PluginContract
from retroml_core.testing.renderer import RendererContract
from retroml_core.testing.runs import TinyRun, tell_tiny_run, tiny_config, tiny_run
from retroml_core.testing.tiny import TINY_ENVIRONMENT, TINY_GAME, TinyConfig, TinyEnvironment

__all__ = [
    "TINY_ENVIRONMENT",
    "TINY_GAME",
    "AlgorithmContract",
    "EnvironmentContract",
    "ExporterContract",
    "FakeControl",
    "MetricContract",
    "PluginContract",
    "RendererContract",
    "TinyConfig",
    "TinyEnvironment",
    "TinyRun",
    "sample_batch",
    "tell_tiny_run",
    "tiny_app",
    "tiny_config",
    "tiny_run",
]
