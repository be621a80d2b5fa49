"""Whether there is room for a replay, said before the start."""

from types import SimpleNamespace

import pytest
from retroml_tianshou import checks_replay
from retroml_tianshou.checks import check
from retroml_tianshou.checks_replay import replay_bytes
from retroml_tianshou.dqn_config import DQNConfig

from retroml_core import Severity
from retroml_core.schema import Budget, ExperimentConfig
from retroml_core.training.memory import Memory


@pytest.fixture
def faults(monkeypatch):
    """The faults of a DQN on a machine with a gigabyte of free memory and disk."""
    monkeypatch.setattr(checks_replay, "read_memory", lambda: Memory(total=2 * 10**9, available=10**9, swap=10**12))
    monkeypatch.setattr(checks_replay.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))

    def faults(budget=None, **settings):
        return {problem.key: problem for problem in check(configured(budget, **settings))}

    return faults


def configured(budget=None, **settings):
    environment = SimpleNamespace(image_height=84, image_width=84, stack=4)
    return ExperimentConfig(algorithm=DQNConfig(**settings), environment=environment, budget=budget or Budget())


def test_the_defaults_have_none(faults):
    assert faults() == {}


def test_a_step_takes_its_picture_and_nine_bytes():
    assert replay_bytes(configured(replay_size=1_000_000)) == 7_065_000_000


def test_a_replay_larger_than_memory_is_refused_with_what_fits(faults):
    problem = faults(replay_size=1_000_000)["algorithm.replay_size"]
    assert problem.severity is Severity.ERROR
    assert problem.message == "would fill 7.1 GB of memory, and 1.0 GB are free"
    assert problem.hint == "at most 113234 fits, or algorithm.replay_storage=compressed"
    assert faults(replay_size=113_234) == {}


def test_a_short_budget_does_not_fill_it(faults):
    assert faults(Budget(steps=100_000), replay_size=1_000_000) == {}


def test_compressed_it_fits(faults):
    assert faults(replay_size=1_000_000, replay_storage="compressed") == {}
    assert "compressed" not in faults(replay_size=10_000_000, replay_storage="compressed")["algorithm.replay_size"].hint


def test_a_mapped_replay_needs_its_folder_and_room_there(faults, tmp_path):
    settings = {"replay_storage": "mapped", "replay_folder": str(tmp_path)}
    assert faults(**settings) == {}
    assert "of disk in" in faults(**settings, replay_size=1_000_000)["algorithm.replay_size"].message
    missing = settings | {"replay_folder": str(tmp_path / "no")}
    assert faults(**missing)["algorithm.replay_folder"].message == "there is no such folder"


def test_a_replay_too_small_for_its_games_is_refused(faults):
    problem = faults(replay_size=100, environments=32, n_step=3)["algorithm.replay_size"]
    assert problem.hint == "at least 256"
    assert faults(replay_size=256, environments=32, n_step=3) == {}


def test_a_budget_without_learning_is_a_warning(faults):
    problem = faults(Budget(steps=80_000), learning_starts_share=None)["algorithm.learning_starts"]
    assert problem.severity is Severity.WARNING
    assert faults(Budget(steps=80_001), learning_starts_share=None) == {}
    assert faults(Budget(steps=80_000)) == {}


def test_precision_and_network_are_checked_as_for_every_algorithm(faults):
    config = configured(precision="bfloat16")
    config.deterministic = True
    config.network.name = "unheard_of"
    assert {problem.key for problem in check(config)} == {"algorithm.precision", "network.name"}
