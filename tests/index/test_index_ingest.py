"""From run folders into the index."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import subprocess
import sys

import numpy as np
import pytest
from sqlalchemy import select

from retroml_core.events import (
    EpisodeFinished,
    EvaluationFinished,
    Resource,
    RunState,
    UpdateFinished,
)
from retroml_core.index import Index
from retroml_core.index.describe import describe
from retroml_core.index.models import run_config
from retroml_core.runs.labels import Labels, write_labels


@pytest.fixture
def index(root):
    index = Index.open(root)
    yield index
    index.close()


def episode(score, number=1, seconds=1.0):
    return EpisodeFinished(number=number, environment=0, score=score, length=10, first_step=0, seconds=seconds)


def update(seconds=1.0, **metrics):
    return UpdateFinished(update=1, seconds=seconds, metrics={name.replace("__", "/"): v for name, v in metrics.items()})


def curve(index, fake, name):
    found = index.curve(fake.run.id, name)
    return list(zip(found.steps.tolist(), found.values.tolist(), strict=True))


def row(index, fake):
    found = index.get(fake.run.id)
    assert found is not None
    return found


# --- what is taken in -------------------------------------------------------------------------------------------------


def test_a_row_holds_what_config_and_state_say(index, make_run):
    parent = {"id": "p", "relation": "ablation", "checkpoint": ""}
    fake = make_run(3, game="breakout", tags=["b", "a"], notes="words", group="seeds", parent=parent, name="First")
    fake.status(
        state=RunState.STOPPED, step=50, frames=200, episodes=4, fraction=0.5, seconds=9.0, mean_score=2.5, best_score=7
    )
    index.ingest(fake.run)
    found = dataclasses.asdict(row(index, fake))
    found.pop("config_hash")
    assert found == {
        "id": fake.run.id,
        "name": "First",
        "game": "breakout",
        "algorithm": "ppo",
        "environment": "atari",
        "preset": "short",
        "state": RunState.STOPPED,
        "created_at": 1795407303000,
        "seed": 3,
        "started_at": None,
        "ended_at": None,
        "steps": 50,
        "frames": 200,
        "episodes": 4,
        "fraction": 0.5,
        "seconds": 9.0,
        "mean_score": 2.5,
        "best_score": 7,
        "reason": "",
        "group": "seeds",
        "parent_id": "p",
        "relation": "ablation",
        "notes": "words",
        "owner_id": "local",
        "project_id": "default",
        "visibility": "private",
        "revision": 1,
        "tags": ("a", "b"),
    }


def test_the_whole_config_is_kept(index, make_run):
    fake = make_run()
    index.ingest(fake.run)
    with index.store.read() as connection:
        assert connection.scalar(select(run_config.c.tree)) == fake.run.tree


def test_runs_that_differ_in_seed_and_labels_have_the_same_config_hash(index, make_run):
    runs = [make_run(1, tags=["x"]), make_run(2, name="other"), make_run(3, algorithm="dqn")]
    index.sync()
    hashes = [row(index, fake).config_hash for fake in runs]
    assert hashes[0] == hashes[1] != hashes[2]


def test_labels_win_over_the_config(index, make_run):
    fake = make_run(tags=["old"], name="Old")
    index.ingest(fake.run)
    write_labels(fake.run.folder, Labels(name="New", tags=("new",), notes="n"))
    assert index.ingest(fake.run)
    found = row(index, fake)
    assert (found.name, found.tags, found.notes) == ("New", ("new",), "n")


def test_damaged_labels_count_as_none(index, make_run):
    fake = make_run(tags=["old"])
    (fake.run.folder / "labels.json").write_text("{")
    index.ingest(fake.run)
    assert row(index, fake).tags == ("old",)


def test_episodes_updates_evaluations_and_resources_become_curves(index, make_run):
    fake = make_run()
    fake.say(episode(3.0), step=10)
    fake.say(update(loss__policy=0.5), step=20)
    evaluation = EvaluationFinished(
        checkpoint_step=20, scores=(1.0, 3.0), lengths=(5, 5), mean=2.0, best=3.0, greedy=False, seconds=1.0
    )
    fake.say(evaluation, step=20)
    fake.say(Resource(memory_bytes=100, cpu=0.5, disk_free_bytes=5, run_bytes=7), step=30)
    index.ingest(fake.run)
    names = [summary.name for summary in index.summaries([fake.run.id])[fake.run.id]]
    assert names == [
        "episode/length",
        "evaluation/best",
        "evaluation/mean",
        "loss/policy",
        "resource/cpu",
        "resource/disk_free_bytes",
        "resource/memory_bytes",
        "resource/run_bytes",
        "score",
    ]
    assert curve(index, fake, "score") == [(10, 3.0)]
    assert curve(index, fake, "loss/policy") == [(20, 0.5)]
    assert curve(index, fake, "evaluation/mean") == [(20, 2.0)]


def test_points_carry_seconds_of_training(index, make_run):
    fake = make_run()
    fake.say(episode(3.0, seconds=5.5), step=10)
    fake.say(Resource(memory_bytes=100, cpu=0.5, disk_free_bytes=5, run_bytes=7), step=30)
    index.ingest(fake.run)
    assert index.curve(fake.run.id, "score").seconds.tolist() == [5.5]
    assert index.curve(fake.run.id, "resource/cpu").seconds.tolist() == [5.5]


def test_values_that_are_not_numbers_are_kept(index, make_run):
    fake = make_run()
    fake.say(update(loss__policy=math.nan), step=20)
    index.ingest(fake.run)
    assert math.isnan(index.curve(fake.run.id, "loss/policy").values[0])


def test_the_moment_of_the_start_is_that_of_the_first_event(index, make_run):
    fake = make_run()
    fake.begin()
    index.ingest(fake.run)
    assert row(index, fake).started_at == 1_795_402_515_000


@pytest.mark.parametrize(("state", "ended_at"), [(RunState.COMPLETED, 1_795_402_600_500), (RunState.QUEUED, None)])
def test_the_moment_of_the_end_is_when_it_was_written_down(index, make_run, state, ended_at):
    fake = make_run()
    fake.status(state=state, updated_at=1_795_402_600.5)
    index.ingest(fake.run)
    assert row(index, fake).ended_at == ended_at


# --- again and again --------------------------------------------------------------------------------------------------


def test_taking_in_twice_changes_nothing(index, make_run):
    fake = make_run()
    fake.say(episode(3.0), step=10)
    assert index.ingest(fake.run)
    assert not index.ingest(fake.run)
    assert curve(index, fake, "score") == [(10, 3.0)]


def test_only_what_is_new_is_taken_in(index, make_run):
    fake = make_run()
    for step in range(1, 6):
        fake.say(episode(float(step)), step=step)
        index.ingest(fake.run)
    assert curve(index, fake, "score") == [(step, float(step)) for step in range(1, 6)]


def test_an_event_seen_before_does_not_count_again(index, make_run):
    fake = make_run()
    fake.say(episode(3.0), step=10)
    fake.end()
    index.ingest(fake.run)
    first = fake.run.events_folder / "0001.jsonl"
    first.write_bytes(first.read_bytes() * 2)
    index.ingest(fake.run)
    assert curve(index, fake, "score") == [(10, 3.0)]


def test_a_torn_last_line_waits_until_it_is_whole(index, make_run):
    fake = make_run()
    fake.say(episode(3.0), step=10)
    fake.end()
    path = fake.run.events_folder / "0001.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    index.ingest(fake.run)
    assert curve(index, fake, "score") == []
    path.write_bytes(whole)
    index.ingest(fake.run)
    assert curve(index, fake, "score") == [(10, 3.0)]


def test_a_damaged_line_is_left_out(index, make_run):
    fake = make_run()
    fake.say(episode(3.0), step=10)
    with (fake.run.events_folder / "0001.jsonl").open("ab") as file:
        file.write(b'{"v":1,"seq":\n')
    fake.say(episode(4.0), step=20)
    index.ingest(fake.run)
    assert curve(index, fake, "score") == [(10, 3.0), (20, 4.0)]


def test_the_index_knows_the_same_curves_as_the_folder(index, make_run):
    fake = make_run()
    for step in range(600):
        fake.say(episode(math.sin(step)), step=step)
    fake.begin(resumed_from=400)
    for step in range(401, 500):
        fake.say(update(loss__policy=step / 7), step=step)
        fake.say(episode(-1.0), step=step)
    index.ingest(fake.run)
    for name in ("score", "loss/policy"):
        told, kept = fake.run.curve(name), index.curve(fake.run.id, name)
        np.testing.assert_array_equal(kept.steps, told.steps)
        np.testing.assert_array_equal(kept.values, told.values)
        np.testing.assert_array_equal(kept.seconds, told.seconds)


def test_a_resumed_attempt_takes_back_points_beyond_its_checkpoint(index, make_run):
    fake = make_run()
    for step in (10, 20, 30):
        fake.say(episode(float(step)), step=step)
    index.ingest(fake.run)
    fake.begin(resumed_from=20)
    fake.say(episode(99.0), step=25)
    index.ingest(fake.run)
    assert curve(index, fake, "score") == [(10, 10.0), (20, 20.0), (25, 99.0)]


def test_a_long_file_is_taken_in_by_parts(index, make_run, monkeypatch):
    fake = make_run()
    monkeypatch.setattr("retroml_core.runs.tailing.PART_BYTES", 300)
    for step in range(50):
        fake.say(episode(float(step)), step=step)
    index.ingest(fake.run)
    assert [value for _, value in curve(index, fake, "score")] == list(range(50))


def test_processes_taking_in_the_same_run_at_once_count_each_event_once(index, make_run):
    fake = make_run()
    for step in range(400):
        fake.say(episode(float(step)), step=step)
    code = (
        "import sys; from pathlib import Path; from retroml_core.index import Index; from retroml_core.runs.run import Run\n"
        "from retroml_core.runs.roots import DataRoot; import retroml_core.runs.tailing as t; t.PART_BYTES = 2000\n"
        "i = Index.open(DataRoot(Path(sys.argv[1]))); i.ingest(Run(Path(sys.argv[2]))); i.close()"
    )
    command = [sys.executable, "-c", code, str(index.root.path), str(fake.run.folder)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert [step for step, _ in curve(index, fake, "score")] == list(range(400))


# --- all folders ------------------------------------------------------------------------------------------------------


def test_sync_finds_new_changed_and_vanished_runs(index, make_run):
    one, two = make_run(1), make_run(2)
    assert index.sync().changed == 2
    assert index.sync().changed == 0
    one.status(step=5)
    shutil.rmtree(two.run.folder)
    report = index.sync()
    assert (report.runs, report.changed, report.removed) == (1, 1, 1)
    assert [found.id for found in index.runs()] == [one.run.id]


def test_following_finds_new_changed_and_vanished_runs(index, make_run):
    one, two, three = make_run(1), make_run(2), make_run(3)
    assert index.follow().changed == 3
    assert index.follow().changed == 0
    one.status(state=RunState.COMPLETED)
    shutil.rmtree(two.run.folder)
    make_run(4)
    report = index.follow()
    assert (report.runs, report.changed, report.removed) == (3, 2, 1)
    assert row(index, one).state is RunState.COMPLETED
    assert index.get(three.run.id) is not None


def test_following_takes_in_how_a_run_at_work_stands(index, make_run, at_work):
    fake = make_run()
    at_work(fake)
    index.follow()
    at_work(fake, step=7)
    assert index.follow().changed == 1
    assert row(index, fake).steps == 7


def test_lists_do_not_wait_for_curves(index, make_run):
    fake = make_run()
    fake.say(episode(5.0), step=1)
    index.sync()
    assert curve(index, fake, "score") == []
    assert index.ingest(fake.run)
    assert curve(index, fake, "score") == [(1, 5.0)]


def test_many_runs_are_taken_in_together_and_counted(index, make_run, monkeypatch):
    monkeypatch.setattr("retroml_core.index.ingest.BATCH", 2)
    for number in range(1, 6):
        make_run(number, tags=[f"t{number}"])
    told = []
    index.sync(lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert [found.tags for found in index.runs()] == [(f"t{number}",) for number in (5, 4, 3, 2, 1)]


def test_following_looks_into_ended_runs_only_when_they_change(index, make_run, monkeypatch):
    ended = make_run(1)
    ended.status(state=RunState.COMPLETED)
    index.follow()
    looked = []
    monkeypatch.setattr("retroml_core.index.ingest.describe", lambda run: looked.append(run.id) or describe(run))
    index.follow()
    assert looked == []
    changed = make_run(2)
    index.follow()
    assert looked == [changed.run.id]


def test_following_names_a_broken_folder_every_time(index, make_run):
    bad = make_run()
    (bad.run.folder / "config.json").write_text("{")
    for _ in range(3):
        assert [problem.split()[0] for problem in index.follow().problems] == [bad.run.id]


def test_a_folder_without_its_config_is_told_by_every_look(index, make_run):
    lost = make_run()
    lost.say(episode(1), step=1)
    (lost.run.folder / "config.json").unlink()
    for look in (index.sync, index.follow, index.follow, index.sync):
        (problem,) = look().problems
        assert f"{lost.run.id} is not listed: its config.json is missing from {lost.run.folder}" in problem


def test_a_run_whose_process_is_gone_is_interrupted(index, make_run):
    fake = make_run()
    fake.status(state=RunState.RUNNING, pid=2**22 + 1, process_started=1.0)
    index.sync()
    assert row(index, fake).state is RunState.INTERRUPTED


@pytest.mark.parametrize("text", ["{", "[]", '{"game": "pong", "created_at": "yesterday"}'])
def test_a_broken_folder_is_named_and_the_others_are_indexed(index, make_run, text):
    good, bad = make_run(1), make_run(2)
    (bad.run.folder / "config.json").write_text(text)
    report = index.sync()
    assert [found.id for found in index.runs()] == [good.run.id]
    assert len(report.problems) == 1
    assert report.problems[0].startswith(f"{bad.run.id} is not in the index:")


def test_reindex_builds_the_same_again(index, make_run):
    for number in (1, 2):
        fake = make_run(number, tags=["t"])
        fake.say(episode(number), step=1)
    index.sync()
    before = index.runs()
    (index.root.database).write_bytes(b"")
    report = index.reindex()
    assert (report.runs, report.changed) == (2, 2)
    assert index.runs() == before
    assert index.ingest(fake.run)
    assert index.curve(fake.run.id, "score").values.tolist() == [2.0]


def test_events_are_read_as_the_format_says(index, make_run):
    """The file format is a contract: a line written by hand is understood."""
    fake = make_run()
    data = {"number": 1, "environment": 0, "score": {"$float": "inf"}, "length": 3, "first_step": 0, "seconds": 2.0}
    line = {"v": 1, "seq": 1, "t": 1.0, "attempt": 1, "type": "episode_finished", "step": 7, "data": data}
    (fake.run.events_folder / "0001.jsonl").write_text(json.dumps(line) + "\n")
    index.ingest(fake.run)
    assert curve(index, fake, "score") == [(7, math.inf)]
