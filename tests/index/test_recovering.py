"""Runs whose `state.json` is gone or damaged: what is left tells how they stand."""

from __future__ import annotations

import pytest

from retroml_core.commands.control_commands import NotResumable, resume
from retroml_core.commands.runs import main as runs
from retroml_core.events import FilmProgress, RewardUpdate, RunState, RunStateChanged, TimestepUpdate
from retroml_core.runs import eventlog
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.recovering import UNREADABLE
from retroml_core.runs.run import Run
from retroml_core.runs.state import RunStatus, StateFile
from retroml_core.testing.runs import TinyRun, tiny_run

TORN = ("[]", "", '{"state": "comp', "{}", "3", '{"state": "dancing"}')


def progress(steps: int) -> TimestepUpdate:
    return TimestepUpdate(
        steps=steps, frames=steps * 4, episodes=7, fraction=0.5, steps_per_second=9.0, seconds=30.0, seconds_left=30.0
    )


@pytest.fixture
def trained(make_run):
    """A run that was at work at step 900 and whose `state.json` is torn."""
    fake = make_run()
    fake.begin()
    fake.say(RewardUpdate(mean=3.0, last=2.0, best=5.0, window=100), step=890)
    fake.say(progress(900), step=900)
    fake.end()
    (fake.run.folder / "state.json").write_text("[]")
    return fake


@pytest.mark.parametrize("text", TORN)
def test_a_run_that_was_at_work_is_interrupted_at_its_last_step(trained, text):
    (trained.run.folder / "state.json").write_text(text)
    status = trained.run.status()
    assert (status.state, status.step, status.frames, status.episodes) == (RunState.INTERRUPTED, 900, 3600, 7)
    assert (status.mean_score, status.best_score, status.seconds, status.attempt) == (3.0, 5.0, 30.0, 1)
    assert UNREADABLE in status.reason


def test_a_file_that_is_gone_is_as_one_that_is_torn(trained):
    (trained.run.folder / "state.json").unlink()
    assert trained.run.status().step == 900


def test_a_run_that_ended_is_as_it_ended(trained):
    trained.attempt = 1
    trained.begin()
    trained.say(RunStateChanged(state=RunState.FAILED, reason="memory ran out"), step=950)
    status = trained.run.status()
    assert (status.state, status.step, status.attempt) == (RunState.FAILED, 950, 2)
    assert status.reason.startswith("memory ran out; state.json cannot be read")


def test_a_completed_run_is_not_resumed(app, home):
    run = tiny_run(app.root.path, TinyRun(updates=2), app=app)
    (run.folder / "state.json").write_text("[]")
    status = run.status()
    assert (status.state, status.step, status.fraction) == (RunState.COMPLETED, 256, 1.0)
    with pytest.raises(NotResumable, match="is complete"):
        resume(app, [run.id])


def test_without_events_the_newest_checkpoint_counts(tmp_path):
    store = CheckpointStore(tmp_path / "checkpoints")
    for step in (10, 20):
        store.save(step, {"x": 1}, {}, {"score": 4.0, "seconds": 6.0}, why="interval")
    status = Run(tmp_path).status()
    assert (status.state, status.step, status.seconds, status.mean_score) == (RunState.INTERRUPTED, 20, 6.0, 4.0)


def test_a_run_that_left_nothing_is_new(tmp_path):
    (tmp_path / "state.json").write_text("[]")
    assert Run(tmp_path).status() == RunStatus()


def test_a_file_that_cannot_be_opened_for_a_moment_says_nothing(trained):
    (trained.run.folder / "state.json").unlink()
    (trained.run.folder / "state.json").mkdir()
    assert trained.run.status() == RunStatus()


def test_long_and_damaged_files_are_read_from_their_end(trained, monkeypatch):
    monkeypatch.setattr(eventlog, "PART_BYTES", 50)
    trained.attempt, trained.log = 0, None
    trained.begin()
    for done in range(30):
        trained.say(FilmProgress(renderer="timelapse", fraction=done / 30, doing="drawing"), step=900)
    with (trained.run.events_folder / "0001.jsonl").open("ab") as file:
        file.write(b'damaged\n{"v": 1, "seq": 99')
    assert (trained.run.status().step, trained.run.status().mean_score) == (900, 3.0)


def test_the_next_attempt_goes_on_from_there(trained):
    state = StateFile(trained.run.folder, 2)
    state.move(RunState.STARTING)
    assert (trained.run.status().state, trained.run.status().step) == (RunState.STARTING, 900)


def test_the_list_shows_it_with_a_notice(app, trained, capsys):
    assert runs(app, []) == 0
    shown = capsys.readouterr()
    assert "interrupted" in shown.out
    assert "900" in shown.out
    assert f"{trained.run.id} is interrupted: {UNREADABLE}" in shown.err
