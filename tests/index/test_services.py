"""The services that front ends talk to."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from retroml_core.events import ControlAck, EpisodeFinished, RunState
from retroml_core.files import read_json
from retroml_core.index import RunFilter
from retroml_core.runs.control import Mailbox
from retroml_core.runs.run import RunNotFound
from retroml_core.services import (
    LOCAL_USER,
    ComputeService,
    ControlService,
    ExperimentService,
    MetricsService,
    NotAllowed,
    Principal,
    StorageService,
    guard,
)
from retroml_core.services.control import NotAtWork
from retroml_core.services.experiments import RunInUse
from retroml_core.training.devices import DeviceReport, Gpu

NOBODY = Principal(id="guest", name="a guest")


@pytest.fixture
def runs(app):
    return ExperimentService(app)


# --- permission -------------------------------------------------------------------------------------------------------


def test_the_local_user_may_do_everything():
    guard(LOCAL_USER, "experiments.delete", "any")


def test_a_permission_allows_just_that():
    reader = Principal(id="r", name="a reader", permissions=frozenset({"experiments.read"}))
    guard(reader, "experiments.read", "any")
    with pytest.raises(NotAllowed, match=r"a reader may not do this: experiments.delete some-run"):
        guard(reader, "experiments.delete", "some-run")


def test_every_service_asks_the_guard(app, make_run):
    run = make_run().run
    refused = [
        lambda: ExperimentService(app, NOBODY).sync(),
        lambda: ExperimentService(app, NOBODY).reindex(),
        lambda: ExperimentService(app, NOBODY).list(),
        lambda: ExperimentService(app, NOBODY).get(run.id),
        lambda: ExperimentService(app, NOBODY).find(run.id),
        lambda: ExperimentService(app, NOBODY).rename(run.id, "x"),
        lambda: ExperimentService(app, NOBODY).tag(run.id, add=["x"]),
        lambda: ExperimentService(app, NOBODY).note(run.id, "x"),
        lambda: ExperimentService(app, NOBODY).delete(run.id),
        lambda: ExperimentService(app, NOBODY).restore(run.id),
        lambda: MetricsService(app, NOBODY).refresh(run),
        lambda: MetricsService(app, NOBODY).curve(run.id, "score"),
        lambda: MetricsService(app, NOBODY).latest([run.id]),
        lambda: StorageService(app, NOBODY).report(),
        lambda: StorageService(app, NOBODY).parts(run),
        lambda: StorageService(app, NOBODY).trashed(),
        lambda: StorageService(app, NOBODY).empty_trash(),
        lambda: ComputeService(NOBODY).report(),
        lambda: ControlService(NOBODY).ask(run, "pause"),
    ]
    for ask in refused:
        with pytest.raises(NotAllowed):
            ask()


# --- experiments ------------------------------------------------------------------------------------------------------


def test_runs_are_listed_after_a_sync(runs, make_run):
    make_run(1, game="pong")
    make_run(2, game="breakout")
    runs.sync()
    assert [row.game for row in runs.list()] == ["breakout", "pong"]
    assert [row.game for row in runs.list(RunFilter(game="pong"))] == ["pong"]


def test_a_run_is_found_by_a_beginning_of_its_id(runs, make_run):
    one, two = make_run(1).run, make_run(2).run
    assert runs.get(one.id[:18]).id == one.id
    assert runs.get("latest").id == two.id


def test_an_unknown_run_is_told_with_close_ones(runs, make_run):
    run = make_run(1).run
    with pytest.raises(RunNotFound, match=run.id):
        runs.get("pong")


def test_a_row_is_as_of_now(runs, make_run):
    fake = make_run()
    runs.get(fake.run.id)
    fake.status(state=RunState.STOPPED, step=77)
    assert runs.get(fake.run.id).steps == 77


def test_a_new_name_is_kept_in_the_folder_and_in_the_index(runs, make_run):
    run = make_run(name="Old", tags=["kept"]).run
    runs.rename(run.id, "New")
    assert runs.get(run.id).name == "New"
    assert read_json(run.folder / "labels.json") == {"name": "New", "tags": ["kept"], "notes": ""}
    assert run.tree["name"] == "Old"


def test_tags_are_added_once_and_removed(runs, make_run):
    run = make_run(tags=["a", "b"]).run
    assert runs.tag(run.id, add=["c", "a", "c"], remove=["b"]).tags == ("a", "c")
    runs.sync()
    assert [row.id for row in runs.list(RunFilter(tags=("c",)))] == [run.id]
    assert runs.list(RunFilter(tags=("b",))) == []


def test_notes_are_written_anew(runs, make_run):
    run = make_run(notes="old").run
    runs.note(run.id, "new")
    assert runs.get(run.id).notes == "new"


def test_labels_survive_a_reindex(runs, make_run):
    run = make_run().run
    runs.tag(run.id, add=["kept"])
    runs.reindex()
    assert runs.list()[0].tags == ("kept",)


def test_a_deleted_run_can_be_taken_back(runs, app, make_run):
    fake = make_run(tags=["t"])
    fake.say(EpisodeFinished(number=1, environment=0, score=5.0, length=1, first_step=0, seconds=1.0), step=3)
    fake.end()
    assert runs.delete("latest") == fake.run.id
    assert runs.list() == []
    assert not fake.run.folder.exists()
    assert [found.id for found in StorageService(app).trashed()] == [fake.run.id]
    assert runs.restore(fake.run.id).folder == fake.run.folder
    assert runs.list()[0].tags == ("t",)
    assert app.index.curve(fake.run.id, "score").values.tolist() == [5.0]


def test_a_run_at_work_is_not_deleted(runs, make_run, at_work):
    fake = make_run()
    at_work(fake)
    with pytest.raises(RunInUse, match="stop it first"):
        runs.delete(fake.run.id)
    assert fake.run.folder.exists()


def test_what_is_not_in_the_trash_cannot_be_taken_back(runs):
    with pytest.raises(RunNotFound, match="in the trash"):
        runs.restore("nothing")


def test_a_run_is_not_restored_over_another(runs, app, make_run):
    run = make_run().run
    runs.delete(run.id)
    run.folder.mkdir()
    with pytest.raises(RunInUse, match="is there already"):
        runs.restore(run.id)
    assert (app.root.trash / run.id / "config.json").exists()


# --- metrics ----------------------------------------------------------------------------------------------------------


def test_curves_and_latest_values(app, make_run):
    fake, service = make_run(), MetricsService(app)
    for step, score in ((1, 2.0), (2, 8.0), (3, 5.0)):
        fake.say(EpisodeFinished(number=step, environment=0, score=score, length=1, first_step=0, seconds=1.0), step=step)
    assert service.refresh(fake.run)
    assert not service.refresh(fake.run)
    np.testing.assert_array_equal(service.curve(fake.run.id, "score").values, [2, 8, 5])
    latest = {row.name: row for row in service.latest([fake.run.id])[fake.run.id]}
    assert (latest["score"].last, latest["score"].minimum, latest["score"].maximum) == (5.0, 2.0, 8.0)


# --- storage and compute ----------------------------------------------------------------------------------------------


def test_bytes_are_counted_by_part(app, make_run):
    run = make_run().run
    (run.checkpoints_folder / "c").mkdir()
    (run.checkpoints_folder / "c" / "state").write_bytes(b"x" * 1000)
    parts = StorageService(app).parts(run)
    assert parts["checkpoints"] == 1000
    assert parts["files"] == sum(path.stat().st_size for path in run.folder.glob("*.json"))


def test_the_whole_root_is_reported(app, make_run):
    make_run()
    (app.root.cache / "big").write_bytes(b"x" * 500)
    report = StorageService(app).report()
    assert report.cache == 500
    assert report.experiments > 0
    assert 0 < report.free <= report.total


def test_a_root_that_does_not_exist_yet_is_reported(tmp_path, tiny):
    report = StorageService(tiny(tmp_path / "not" / "yet")).report()
    assert (report.experiments, report.trash) == (0, 0)
    assert report.free > 0


def test_throwing_away_writes_no_file_so_that_it_works_on_a_full_disk(app, runs, make_run):
    run = make_run().run
    files = sorted(run.folder.rglob("*"))
    os.utime(run.folder, (0, 0))
    runs.delete(run.id)
    (trashed,) = StorageService(app).trashed()
    assert trashed.deleted_at > 0
    assert [path.relative_to(run.folder) for path in files] == [
        path.relative_to(trashed.folder) for path in sorted(trashed.folder.rglob("*"))
    ]


def test_the_trash_is_emptied_for_good(app, runs, make_run):
    run = make_run().run
    runs.delete(run.id)
    service = StorageService(app)
    assert service.empty_trash() > 0
    assert service.trashed() == []
    assert not (app.root.trash / run.id).exists()


def test_the_machine_is_described():
    gpu = Gpu(index=0, name="Some GPU", memory_bytes=8, driver="1", driver_cuda=(13, 0))
    report = ComputeService().report(DeviceReport(device="cpu", gpus=(gpu,), torch=None, messages=("CPU mode: why",)))
    assert report.cores >= 1
    assert 0 < report.memory_free_bytes <= report.memory_bytes
    assert 0 <= report.cpu <= 1
    assert (report.gpus[0].name, report.messages) == ("Some GPU", ("CPU mode: why",))


# --- control ----------------------------------------------------------------------------------------------------------


def answering(fake, ok, message):
    """A `sleep` in which the run answers what waits in its mailbox."""

    def sleep(_):
        for command in Mailbox(fake.run.control_folder).take():
            fake.say(ControlAck(id=command.id, verb=command.verb, ok=ok, message=message), step=1)

    return sleep


@pytest.mark.parametrize("ok", [True, False])
def test_the_answer_of_the_run_comes_back(make_run, at_work, ok):
    fake = make_run()
    at_work(fake)
    answer = ControlService(sleep=answering(fake, ok, "said so")).ask(fake.run, "pause")
    assert (answer.ok, answer.message) == (ok, "said so")


def test_answers_to_others_are_not_taken(make_run, at_work):
    fake = make_run()
    at_work(fake)
    fake.say(ControlAck(id="other", verb="pause", ok=True, message="not for you"), step=1)
    answer = ControlService(sleep=answering(fake, True, "for you")).ask(fake.run, "pause")
    assert answer.message == "for you"


def test_nobody_there_is_told_at_once(make_run):
    fake = make_run()
    fake.status(state=RunState.STOPPED)
    with pytest.raises(NotAtWork, match="is stopped: there is no process to pause it"):
        ControlService().ask(fake.run, "pause")


def test_no_answer_in_time_is_told(make_run, at_work):
    fake = make_run()
    at_work(fake)
    answer = ControlService(sleep=lambda _: None).ask(fake.run, "pause", limit_seconds=0.0)
    assert not answer.ok
    assert "did not answer within 0 s" in answer.message


def test_a_run_that_ends_meanwhile_is_told(make_run, at_work):
    fake = make_run()
    at_work(fake)
    answer = ControlService(sleep=lambda _: fake.status(state=RunState.COMPLETED)).ask(fake.run, "pause")
    assert (answer.ok, answer.message) == (False, f"{fake.run.id} ended before it answered")


def test_waiting_ends_when_it_holds_or_when_time_is_up(make_run):
    fake, passed = make_run(), threading.Event()
    service = ControlService(sleep=lambda _: passed.set())
    assert service.wait_until(fake.run, lambda _: passed.is_set())
    assert not service.wait_until(fake.run, lambda _: False, limit_seconds=0.0)
