"""The core's loop around algorithms that learn online."""

import pytest

from retroml_core.algorithm import Build, TrainingFault
from retroml_core.builtin.random_agent import RandomAgent
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment


class Insatiable(RandomAgent):
    def ready(self):
        return True


def test_an_algorithm_that_stays_ready_is_refused_instead_of_learning_for_ever():
    build = Build(
        env=TinyEnvironment(TinyConfig(), 1, 0).info,
        config=TinyConfig(),
        network=NetworkConfig(),
        seeds=Seeds(1),
        make_environment=lambda count: TinyEnvironment(TinyConfig(), count, 0),
    )
    with pytest.raises(TrainingFault, match="Insatiable is ready for another update right after one") as fault:
        Insatiable(build).advance(FakeControl())
    assert "ready() must be false after update()" in fault.value.hint
