"""`retroml measure`: the trials of a process of its own, what is shown and remembered, and `performance=measured`."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from retroml_tianshou.measuring import command
from retroml_tianshou.measuring.child import attempt
from retroml_tianshou.measuring.command import main, measure, void

from retroml_core.app import App
from retroml_core.config.composing import ConfigError, compose
from retroml_core.faults import Fault
from retroml_core.training.measured import Choice, Measured, Subject, Trial, keep, recall

CATCH = ("game=catch", "network=small", "network.channels=[4]", "network.kernels=[4]", "network.strides=[4]")
START = Choice(threads=2, environments=8, precision="float32", compile="off")
TRIALS = (
    Trial(choice=START, steps_per_second=100.0),
    Trial(choice=Choice(threads=1, environments=8, precision="float32", compile="off"), steps_per_second=150.0),
    Trial(choice=Choice(threads=1, environments=16, precision="float32", compile="off"), steps_per_second=200.0),
    Trial(
        choice=Choice(threads=1, environments=32, precision="float32", compile="off"),
        steps_per_second=None,
        problem="no time was left",
    ),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETROML_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("CUDA_VISIBLE_DEVICES", "")
        yield App.open()


@pytest.fixture
def remembered(app):
    subject = Subject.of(compose(app, CATCH))
    keep(app.root, subject, Measured(measured_at="today", best=TRIALS[1].choice, environments=16, trials=TRIALS))
    yield subject
    (app.root.path / "measured.json").unlink()


def saying(text, code=0):
    """A process that reads what it is given, says `text` and ends with `code`."""
    return (sys.executable, "-c", f"import sys; sys.stdin.read(); print({text!r}); sys.exit({code!r})")


def lines(*made):
    return "\n".join(json.dumps(trial) for trial in made)


def told(*rates):
    """Trials as the process tells them, with more threads each time."""
    choices = [{"threads": 1 + number, "environments": 8, "precision": "", "compile": ""} for number in range(len(rates))]
    return lines(*({"choice": one, "steps_per_second": rate} for one, rate in zip(choices, rates, strict=True)))


def test_what_is_fastest_is_remembered(app):
    config, seen = compose(app, CATCH), []
    measured = measure(app, config, 1.0, seen.append, saying(told(100.0, 130.0, None)))
    assert measured.best.threads == 2
    assert [trial.steps_per_second for trial in seen] == [100.0, 130.0, None]
    assert recall(app.root, Subject.of(config)) == measured


def test_a_process_that_fails_is_quoted(app):
    with pytest.raises(Fault, match="measuring failed: no such chip"):
        measure(app, compose(app, CATCH), 1.0, void, saying("", "no such chip"))


def test_a_training_that_cannot_be_tried_says_why(app):
    failed = {"choice": {"threads": 1, "environments": 8}, "steps_per_second": None, "problem": "no such ROM"}
    with pytest.raises(Fault, match="could not be measured: no such ROM"):
        measure(app, compose(app, CATCH), 1.0, void, saying(lines(failed)))


def test_a_trial_trains_for_a_moment(app):
    config = compose(app, CATCH)
    trial = attempt(app, config, Choice(threads=1, environments=4, precision="float32", compile="off"), time.monotonic() + 600)
    assert trial.problem == ""
    assert trial.steps_per_second > 0


def test_without_time_a_trial_is_not_made(app):
    assert attempt(app, compose(app, CATCH), START, time.monotonic() - 1).problem == "no time was left"


def test_a_trial_that_fails_says_why(app, monkeypatch):
    config = compose(app, [*CATCH, "network.hidden=[8]"])
    config.network.kernels = [400]
    problem = attempt(app, config, START, time.monotonic() + 600).problem
    assert "network.kernels" in problem or "kernel" in problem


def test_what_was_measured_is_shown_again(app, remembered, capsys):
    assert main(app, ["--remembered", *CATCH]) == 0
    head, *rows, fastest, left, more = capsys.readouterr().out.splitlines()
    assert head.split() == ["threads", "environments", "precision", "compile", "steps/s"]
    assert [row.split(maxsplit=4)[-1] for row in rows] == ["100", "150", "200", "no time was left"]
    assert "threads=1 algorithm.precision=float32 algorithm.compile=off" in fastest
    assert "For 1 of 4 trials" in left
    assert "algorithm.environments=16" in more


def test_it_is_shown_as_json(app, remembered, capsys):
    main(app, ["--remembered", "--json", *CATCH])
    assert Measured.from_tree(json.loads(capsys.readouterr().out)).environments == 16


def test_it_is_remembered_for_the_game_alone(app, remembered):
    config = compose(app, CATCH)
    assert recall(app.root, Subject.of(config)).environments == 16
    assert recall(app.root, Subject.of(replace(config, game="pong"))) is None


def test_nothing_measured_is_said(app):
    with pytest.raises(Fault, match="nothing was measured here for a2c on catch"):
        main(app, ["--remembered", *CATCH, "algorithm=a2c"])


def test_a_run_trains_with_what_was_measured_and_its_config_says_so(app, remembered):
    config = compose(app, [*CATCH, "performance=measured"])
    assert (config.threads, config.algorithm.precision, config.algorithm.compile) == (1, "float32", "off")
    assert config.algorithm.environments == 8


def test_what_is_set_by_hand_wins(app, remembered):
    assert compose(app, [*CATCH, "performance=measured", "threads=2"]).threads == 2


def test_without_a_measurement_it_is_said_how_to_make_one(app):
    with pytest.raises(ConfigError, match="retroml measure game=catch algorithm=ppo network=nature"):
        compose(app, ["game=catch", "performance=measured"])


def test_an_algorithm_without_a_network_has_nothing_to_measure_by(app):
    with pytest.raises(ConfigError, match=r"algorithm\.precision: a config file sets it, but RandomConfig has no such setting"):
        compose(app, ["game=catch", "algorithm=random", "performance=measured"])


def test_the_command_imports_no_torch():
    code = "import sys, retroml_tianshou.measuring.command; print({'torch', 'tianshou'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_the_process_is_the_one_that_makes_trials():
    assert command.CHILD[-1] == "retroml_tianshou.measuring.child"
