"""How many games at once are fastest here, measured in another process and remembered."""

import dataclasses
import json
import sys

import pytest
from retroml_dearpygui.services.measuring import measure, measure_command
from retroml_dearpygui.viewmodels.measuring import ENVIRONMENTS, MeasuringViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

from retroml_core.faults import Fault
from retroml_core.training.measured import Choice, Measured, Subject, Trial, keep

SUBJECT = Subject(game="pong", algorithm="ppo", network="nature", device="cpu")


def trial(environments, speed, threads=2):
    return Trial(choice=Choice(threads=threads, environments=environments), steps_per_second=speed)


FOUND = Measured(
    measured_at="2026-11-23T16:00:00+00:00",
    best=Choice(threads=2, environments=8),
    environments=16,
    trials=(trial(8, 200.0, threads=1), trial(8, 250.4), trial(16, 310.2), trial(32, None)),
)


def saying(code):
    """A command that is a little program."""
    return lambda settings: [sys.executable, "-c", code, *settings]


@pytest.fixture
def measuring(desk):
    model = desk.viewmodel(MeasuringViewModel)
    model.spawn, model.ask = lambda do: do(), lambda root, settings: FOUND
    return model


def test_the_answer_of_the_process_is_read(tmp_path):
    code = f"import os, sys; print({json.dumps(FOUND.as_tree())!r}) if os.environ['RETROML_HOME'] == sys.argv[1] else 0"
    assert measure(tmp_path, [str(tmp_path)], saying(code)) == FOUND


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; sys.exit('this training could not be measured')", "this training could not be measured"),
        ("import sys; sys.exit(3)", "the measurement ended with code 3"),
        ("print('{}')", "the measurement ended with code 0"),
    ],
)
def test_a_measurement_that_fails_says_why(tmp_path, code, words):
    with pytest.raises(Fault, match=words):
        measure(tmp_path, [], saying(code))


def test_the_command_is_given_the_settings():
    assert measure_command(["game=pong"])[1:] == ["-m", "retroml_core", "measure", "--json", "game=pong"]


def test_nothing_is_said_before_something_was_measured(measuring):
    measuring.about(SUBJECT)
    assert (measuring.words, measuring.suggested) == ("", None)


def test_the_most_steps_a_second_are_suggested(measuring):
    measuring.about(SUBJECT)
    measuring.measure(["game=pong"])
    assert measuring.suggested == 16
    assert measuring.words == "Measured here, steps/s: 8 games 250, 16 games 310."


def test_what_was_measured_is_remembered(measuring, app):
    keep(app.root, SUBJECT, FOUND)
    measuring.about(SUBJECT)
    assert measuring.suggested == 16
    measuring.about(dataclasses.replace(SUBJECT, game="breakout"))
    assert measuring.suggested is None


def test_an_answer_about_something_else_is_not_shown(measuring):
    measuring.about(SUBJECT)
    begun = []
    measuring.spawn = begun.append
    measuring.measure(["game=pong"])
    assert "half a minute" in measuring.words
    measuring.about(dataclasses.replace(SUBJECT, game="breakout"))
    begun[0]()
    assert (measuring.measuring, measuring.suggested) == (False, None)


def test_only_one_measurement_goes_on_at_a_time(measuring):
    begun = []
    measuring.spawn = begun.append
    measuring.measure([])
    measuring.measure([])
    assert len(begun) == 1


def test_a_failure_is_told_and_another_try_is_free(measuring, front):
    def fail(root, settings):
        raise Fault("no torch here")

    measuring.ask = fail
    measuring.measure([])
    assert front.toasts == [("That did not work", "no torch here", "danger")]
    assert not measuring.measuring


def test_a_device_that_is_not_there_has_nothing_remembered(measuring, front):
    measuring.about(dataclasses.replace(SUBJECT, device="cuda:7"))
    assert (measuring.measured, front.toasts) == (None, [])


def test_what_is_measured_is_what_would_be_trained(measuring, desk):
    asked = []
    measuring.ask = lambda root, settings: asked.append(settings) or FOUND
    train = desk.viewmodel(TrainViewModel)
    train.edit("algorithm.rollout_steps", "64")
    train.measure()
    assert asked == [["game=breakout", "algorithm=ppo", "preset=short", "algorithm.rollout_steps=64"]]
    assert train.measuring.suggested == 16
    train.put(ENVIRONMENTS, train.measuring.suggested)
    assert [(change.label, change.now) for change in train.changes] == [("Environments", "16"), ("Rollout steps", "64")]
