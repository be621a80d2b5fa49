"""The fakes of `retroml_core.testing` do what they say."""

import subprocess
import sys

import numpy as np
import pytest

from retroml_core.algorithm import StopTraining
from retroml_core.events import RunState
from retroml_core.testing import (
    FakeControl,
    TinyConfig,
    TinyEnvironment,
    TinyRun,
    sample_batch,
    tiny_app,
    tiny_config,
    tiny_run,
)


def test_a_control_wants_to_return_from_a_tick_on():
    control = FakeControl(return_after=2)
    wishes = []
    for _ in range(3):
        control.tick()
        wishes.append(control.wants_return())
    assert wishes == [False, True, True]


def test_a_control_stops_at_a_tick():
    control = FakeControl(stop_after=2)
    control.tick()
    with pytest.raises(StopTraining):
        control.tick()


def test_a_control_answers_as_told():
    control = FakeControl(done=0.25, steps_left=7)
    assert (control.fraction(), control.remaining_steps(), control.wants_return()) == (0.25, 7, False)


@pytest.fixture
def tiny():
    environment = TinyEnvironment(TinyConfig(), 2, seed=1)
    environment.reset()
    return environment


def lit(environment):
    """The band that is lit, read from the picture."""
    obs = environment._observe()
    return np.array([np.flatnonzero(picture[0, 0])[0] // 4 for picture in obs], np.int64)


def test_the_lit_band_scores(tiny):
    tiny.send(lit(tiny))
    transition = tiny.recv()
    assert transition.rewards.tolist() == [1.0, 1.0]
    assert transition.raw_rewards.tolist() == [2.0, 2.0]


def test_another_band_does_not(tiny):
    tiny.send((lit(tiny) + 1) % 3)
    assert tiny.recv().rewards.tolist() == [0.0, 0.0]


def test_a_part_of_the_games_is_cut_short(tiny):
    ends = []
    while len(ends) < 40:
        tiny.send(np.zeros(2, np.int64))
        transition = tiny.recv()
        ends += transition.episodes
        assert not (transition.terminated & transition.truncated).any()
    assert sum(end.truncated for end in ends) == 10


@pytest.mark.parametrize(
    "actions",
    [np.zeros(3, np.int64), np.zeros(2, np.int32), np.array([0, 3]), np.array([-1, 0])],
    ids=["shape", "type", "too high", "too low"],
)
def test_wrong_actions_are_refused(tiny, actions):
    with pytest.raises(ValueError, match="actions must be"):
        tiny.send(actions)


def test_receiving_before_sending_is_refused(tiny):
    with pytest.raises(RuntimeError, match="without send"):
        tiny.recv()


def test_sending_twice_is_refused(tiny):
    tiny.send(np.zeros(2, np.int64))
    with pytest.raises(RuntimeError, match="without recv"):
        tiny.send(np.zeros(2, np.int64))


def test_a_tiny_run_is_complete(tmp_path):
    run = tiny_run(tmp_path, TinyRun(updates=3, scores=[1.0, 4.0, 2.0, 3.0, 9.0, 5.0]))
    status = run.status()
    assert status.state is RunState.COMPLETED
    assert (status.episodes, status.best_score, status.last_score) == (6, 9.0, 5.0)
    assert run.curve("score").values == [1.0, 4.0, 2.0, 3.0, 9.0, 5.0]
    assert len(run.curve("loss/policy").steps) == 3
    assert len(run.checkpoints()) == 1


def test_a_tiny_run_has_the_seed_asked_for(tmp_path):
    assert tiny_run(tmp_path, TinyRun(updates=1, seed=42)).tree["seed"] == 42


def test_a_tiny_config_is_valid(tmp_path):
    from retroml_core.config.validation import check

    assert [problem for problem in check(tiny_config(), tiny_app(tmp_path)) if problem.severity == "error"] == []


def test_a_tiny_app_has_no_installed_plugin(tmp_path):
    assert {info.name for info in tiny_app(tmp_path).plugins.plugins() if info.enabled} == {"builtin", "tiny"}


def test_a_bare_batch_has_neither_samples_nor_games():
    assert (sample_batch(1, full=False).samples, sample_batch(1, full=False).episodes) == ({}, ())


def test_samples_of_a_batch_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        sample_batch(1).samples["values"][0] = 1


def test_the_core_alone_imports_neither_pytest_nor_the_suites():
    program = "import sys, retroml_core.cli; print('pytest' in sys.modules, 'retroml_core.testing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
