"""`retroml verify` on a real run with a tape: an honest one, and one whose tape was forged so that every CRC fits."""

from __future__ import annotations

import dataclasses
import time

import pytest
import retroml_atari
from retroml_atari.segment import HEADER, encode_block, encode_header, records
from retroml_atari.settings import AtariConfig
from retroml_atari.tape import open_tape

from retroml_core.builtin.configs import RandomConfig
from retroml_core.runs.run import Run, create_run
from retroml_core.schema import Budget, EvaluationConfig, ExperimentConfig, FilmConfig
from retroml_core.testing import tiny_app
from retroml_core.training.attempt import open_attempt
from retroml_core.training.session import Session
from retroml_core.verifying.verification import Segment, verify_run


@pytest.fixture
def app(tmp_path):
    return tiny_app(tmp_path / "root", {"atari": retroml_atari})


@pytest.fixture
def run(app) -> Run:
    """A run of the random agent: 128 steps of two games of Pong, and an evaluation."""
    config = ExperimentConfig(
        game="pong",
        environment=AtariConfig(),
        algorithm=RandomConfig(environments=2),
        budget=Budget(steps=128),
        film=FilmConfig(renderers=[]),
        evaluation=EvaluationConfig(episodes=1, max_steps=10),
        metrics=[],
        threads=1,
        seed=5,
    )
    made = create_run(app, config)
    with open_attempt(made, app, made.config(app), time.time()) as attempt, Session(attempt) as session:
        session.run()
    return made


def forge(run: Run, place: int, environment: int) -> str:
    """Let another action stand on the tape; the name of the one that stood there."""
    file = run.tape_folder / "0001-training.tape"
    tape = open_tape(run.folder)
    data = b""
    for record, block in zip(records(file.read_bytes()), [None, *_blocks(tape)], strict=True):
        if record.kind == HEADER:
            data += encode_header(record.header())
            continue
        row = place - block.first_row
        if 0 <= row < len(block.actions):
            actions = block.actions.copy()
            before = int(actions[row, environment])
            actions[row, environment] = (before + 1) % len(tape.header["actions"])
            block = dataclasses.replace(block, actions=actions)
        data += encode_block(block)
    tape.close()
    file.write_bytes(data)
    return str(tape.header["actions"][before])


def _blocks(tape):
    reel = tape._reel("training")
    return [reel.block(index) for index in range(len(reel.spans))]


def test_an_honest_run_is_verified_and_a_forged_action_named(app, run):
    honest = verify_run(app, run, Segment())
    assert honest.divergence is None
    assert honest.unverifiable == []
    assert honest.compared["steps of training re-simulated"] == honest.compared["steps carried out again"] == 128
    assert honest.compared["steps of evaluation re-simulated"] == 10

    played = forge(run, place=40, environment=1)
    found = verify_run(app, run, Segment()).divergence
    assert (found.kind, found.step) == ("action", 80)
    assert found.what.endswith(f"played again it is {played}")
    assert "the action of environment 1 in episode 2 is recorded as" in found.what
