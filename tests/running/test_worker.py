import contextlib
import errno
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retroml_core import hookimpl, worker
from retroml_core.events import RunState
from retroml_core.files import write_json
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.control import send
from retroml_core.runs.launching import LAUNCHED_AT, start_worker
from retroml_core.runs.lock import hold
from retroml_core.schema import CheckpointConfig

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals; the mailbox stops a run there")
FOREVER = 10**10
FAKE_WORKER = Path(__file__).parent / "support" / "fake_worker.py"


@pytest.fixture(autouse=True)
def home(app, monkeypatch):
    monkeypatch.setenv("RETROML_HOME", str(app.root.path))
    monkeypatch.delenv(LAUNCHED_AT, raising=False)


@pytest.fixture
def work(app):
    """Carries out a run in this process; the exit code."""
    return lambda run: worker.work(run, app, 0.0)


@pytest.fixture
def started():
    """Starts workers, and ends those that still work at the end of the test."""
    processes = []

    def start(run):
        processes.append(start_worker(run))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def trained(run):
    """Whether the run gets on."""
    return run.status().state is RunState.RUNNING and run.status().step > 0


def answered(run, command_id):
    """The answer to a command, None before it comes."""
    acks = (event.data for event in run.events({"control_ack"}))
    return next((data for data in acks if data["id"] == command_id), None)


def test_the_process_finds_the_folders_that_were_named_from_here(make_run, tmp_path, monkeypatch):
    run = make_run()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RETROML_HOME", "root")
    monkeypatch.setattr("subprocess.Popen", lambda command, **settings: settings)
    started = start_worker(run)
    assert started["cwd"] == run.folder
    assert started["env"]["RETROML_HOME"] == str(tmp_path / "root")


# --- in this process --------------------------------------------------------------------------------------------------


def test_a_run_is_completed(make_run, work):
    run = make_run()
    assert work(run) == 0
    status = run.status()
    assert (status.state, status.attempt, status.fraction, status.step) == (RunState.COMPLETED, 1, 1.0, 4000)
    states = [event.data["state"] for event in run.events({"run_state"})]
    assert states == ["starting", "running", "completed"]


def test_a_nan_fails_the_run_with_step_metric_and_checkpoint(make_run, work):
    run = make_run(learner={"fault_at": 40}, checkpoints=CheckpointConfig(every_steps=640))
    assert work(run) == 1
    status = run.status()
    newest = CheckpointStore(run.checkpoints_folder).latest_full()
    assert newest is not None
    assert status.state is RunState.FAILED
    assert "loss/policy is nan" in status.reason
    assert "at step 2,496" in status.reason
    assert f"last good checkpoint: {newest.name}" in status.reason
    problem = next(run.events({"problem"})).data
    assert (problem["metric"], problem["severity"], problem["hint"]) == ("loss/policy", "error", "lower the learning rate")


def test_a_bug_leaves_its_traceback(make_run, work, capsys):
    run = make_run(learner={"fault_at": 3, "fault": "bug"})
    assert work(run) == 1
    assert run.status().reason.startswith("RuntimeError: a bug in the algorithm")
    assert "in fail" in next(run.events({"problem"})).data["details"]
    assert "a bug in the algorithm" in capsys.readouterr().err


def test_a_full_disk_fails_in_words_and_the_state_stays_true(make_run, work, monkeypatch):
    run = make_run(learner={}, checkpoints=CheckpointConfig(every_steps=640))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("safetensors.numpy.save_file", full)
    assert work(run) == 1
    status = run.status()
    assert status.state is RunState.FAILED
    assert status.reason.startswith(f"the disk that holds {run.folder} is full")


def test_a_disk_too_full_even_for_the_state_is_survived(make_run, work, monkeypatch, capsys):
    run = make_run(learner={})

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("retroml_core.runs.eventlog.EventLog.flush", full)
    assert work(run) == 1
    assert "is full" in capsys.readouterr().err


@posix
def test_a_run_whose_folder_is_gone_goes_on_once_it_is_back(make_run, app, work, monkeypatch):
    run = make_run(learner={}, checkpoints=CheckpointConfig(every_steps=640))
    folder, aside = run.folder, app.root.path / "aside"
    save = CheckpointStore.save

    def taken_away(store, step, *args, **more):
        if step == 1280 and not aside.exists():
            app.root.experiments.rename(aside)
        return save(store, step, *args, **more)

    def put_back(said):
        if said.startswith(f"{folder} is gone"):
            assert not folder.exists()
            aside.rename(app.root.experiments)
            aside.touch()

    monkeypatch.setattr(CheckpointStore, "save", taken_away)
    monkeypatch.setattr(worker, "_say", put_back)
    assert work(run) == 0
    assert aside.is_file()
    states = [(event.data["state"], event.data["resumed_from"]) for event in run.events({"run_state"})]
    assert states == [
        ("starting", None), ("running", None), ("starting", None), ("running", 640), ("completed", None)
    ]  # fmt: skip


@posix
def test_a_run_whose_folder_is_deleted_ends(make_run, work, monkeypatch, capsys):
    run = make_run(learner={}, checkpoints=CheckpointConfig(every_steps=640))

    def deleted(*_, **__):
        shutil.rmtree(run.folder)
        raise FileNotFoundError(run.folder)

    monkeypatch.setattr(CheckpointStore, "save", deleted)
    assert work(run) == 1
    assert f"{run.folder} was deleted" in capsys.readouterr().err
    assert not run.folder.exists()


def test_signals_that_come_when_all_is_over_change_nothing(make_run, app, work, monkeypatch):
    def impatient(*_):
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(app.plugins, "run_finished", impatient)
    run = make_run()
    assert work(run) == 0
    assert run.status().state is RunState.COMPLETED


def test_a_data_folder_that_cannot_be_used_is_refused_in_words(make_run, monkeypatch, tmp_path, capsys):
    run = make_run()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "file"))
    assert worker.main([str(run.folder)]) == 1
    assert f"the data folder {tmp_path / 'file'} is a file" in capsys.readouterr().err


def test_a_broken_config_fails_the_run_with_the_reason(make_run, work):
    run = make_run()
    (run.folder / "config.json").write_text('{"game": ')
    assert work(run) == 1
    assert run.status().state is RunState.FAILED
    assert "config.json" in run.status().reason


def test_a_device_that_is_not_there_fails_the_run_with_the_reason(make_run, work, monkeypatch):
    from retroml_core.training.devices import DeviceReport

    report = DeviceReport(device="cpu", gpus=(), torch=None, messages=("CPU mode: no NVIDIA driver is installed",))
    monkeypatch.setattr("retroml_core.training.devices.probe", lambda: report)
    run = make_run(device="cuda")
    assert work(run) == 1
    assert run.status().reason == "device=cuda: CPU mode: no NVIDIA driver is installed"


def test_a_failed_run_can_be_taken_up_again(make_run, work):
    run = make_run(learner={"fault_at": 40}, checkpoints=CheckpointConfig(every_steps=640))
    work(run)
    tree = run.tree
    tree["algorithm"]["fault_at"] = 0
    write_json(run.folder / "config.json", tree)
    assert work(run) == 0
    assert run.status().attempt == 2


def test_a_completed_run_has_nothing_left_to_do(make_run, work, capsys):
    run = make_run()
    work(run)
    assert work(run) == 0
    assert run.status().attempt == 1
    assert "complete" in capsys.readouterr().err


def test_a_larger_budget_goes_on(make_run, work):
    run, longer = make_run(learner={}, steps=2000), make_run(learner={}, steps=2000)
    work(run)
    tree = run.tree
    tree["budget"]["steps"] = 3000
    write_json(run.folder / "config.json", tree)
    assert work(run) == 0
    assert (run.status().step, run.status().attempt) == (3000, 2)
    assert longer.status().attempt == 0


def test_moments_are_told_to_plugins(make_run, app, work):
    told = []

    class Listener:
        @hookimpl
        def retroml_run_started(self, run):
            told.append("started")

        @hookimpl
        def retroml_checkpoint_saved(self, run, checkpoint):
            told.append(checkpoint.why)

        @hookimpl
        def retroml_run_finished(self, run, outcome):
            told.append((outcome.state, outcome.steps))

    app.plugins.register(Listener(), "listener")
    work(make_run())
    assert told == ["started", "end", (RunState.COMPLETED, 4000)]


def test_provenance_is_written(make_run, work):
    run = make_run()
    work(run)
    found = run.provenance()
    assert found["packages"]["numpy"]
    assert found["seed"] == 5
    assert found["device"]["name"] == "cpu"
    assert found["threads"] >= 1
    assert found["earlier"] == []


def test_a_changed_version_is_a_warning_on_resume(make_run, work):
    run = make_run()
    work(run)
    changed = run.provenance()
    changed["packages"]["numpy"] = "1.0"
    write_json(run.folder / "provenance.json", changed)
    tree = run.tree
    tree["budget"]["steps"] = 4100
    write_json(run.folder / "config.json", tree)
    work(run)
    messages = [event.data["message"] for event in run.events({"problem"})]
    assert any("numpy: 1.0 ->" in message for message in messages)
    assert run.provenance()["earlier"][0]["attempt"] == 1


@pytest.mark.parametrize("arguments", [[], ["nowhere"], ["a", "b"]])
def test_wrong_use_is_refused(arguments, capsys):
    assert worker.main(arguments) == 1
    assert "usage" in capsys.readouterr().err


# --- as a process -----------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 75), (signal.SIGINT, 0)])
def test_a_signal_stops_cleanly(make_run, started, wait_until, number, code):
    run = make_run(steps=FOREVER)
    process = started(run)
    wait_until(lambda: trained(run))
    os.kill(process.pid, number)
    assert process.wait(150) == code
    status = run.status()
    assert status.state is RunState.STOPPED
    assert status.reason == f"stopped by {number.name}"
    newest = CheckpointStore(run.checkpoints_folder).latest_full()
    assert newest is not None
    assert newest.step == status.step


def test_a_second_process_on_a_run_is_refused(make_run):
    run = make_run()
    command = [sys.executable, "-m", "retroml_core.worker", run.folder]
    with hold(run.folder):
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "already being worked on" in second.stderr
    assert run.status().attempt == 0


def test_commands_from_another_process_are_obeyed(make_run, started, wait_until):
    run = make_run(steps=FOREVER)
    process = started(run)
    sent = send(run, "checkpoint")
    assert wait_until(lambda: answered(run, sent))["ok"]
    send(run, "stop")
    assert process.wait(150) == 0
    assert run.status().state is RunState.STOPPED


def test_a_pause_and_a_resume_in_one_process_are_two_attempts(make_run, started, wait_until):
    run = make_run(steps=FOREVER)
    process = started(run)
    wait_until(lambda: trained(run))
    send(run, "pause")
    wait_until(lambda: run.status().state is RunState.PAUSED)
    step = run.status().step
    send(run, "resume")
    wait_until(lambda: run.status().attempt == 2 and trained(run))
    sent = send(run, "stop")
    assert process.wait(150) == 0
    assert run.status().state is RunState.STOPPED
    assert answered(run, sent)["ok"]
    assert [e.data["resumed_from"] for e in run.events({"run_state"}) if e.data["resumed_from"] is not None] == [step]


@posix
@pytest.mark.timeout(500)  # so many processes one after the other
def test_killed_at_any_moment_everything_stays_readable_and_goes_on(make_run, nursery, wait_until, random_moments):
    run = make_run(learner={}, steps=FOREVER, checkpoints=CheckpointConfig(every_steps=640, keep_policies=8))
    for moment in random_moments:
        before = CheckpointStore(run.checkpoints_folder).latest_full()
        attempt = run.status().attempt + 1
        with nursery(run):
            wait_until(lambda attempt=attempt: run.status().attempt == attempt)
            time.sleep(moment)
        assert run.status().state is RunState.INTERRUPTED
        events = list(run.events())
        assert all(later.seq > earlier.seq for earlier, later in itertools.pairwise(events))
        store = CheckpointStore(run.checkpoints_folder)
        store.recover()
        for checkpoint in store.list():
            store.verify(checkpoint)
        resumed = [e.data["resumed_from"] for e in events if e.attempt == attempt and e.data.get("resumed_from") is not None]
        assert resumed in ([], [before.step if before is not None else 0])


@pytest.fixture
def nursery():
    """`with nursery(run)`: a process works on the run meanwhile; it is killed at the end of the block."""
    with subprocess.Popen(
        [sys.executable, str(FAKE_WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:

        @contextlib.contextmanager
        def begin(run):
            parent.stdin.write(f"{run.folder}\n")
            parent.stdin.flush()
            child = int(parent.stdout.readline())
            try:
                yield
            finally:
                os.kill(child, signal.SIGKILL)
                assert int(parent.stdout.readline()) == signal.SIGKILL

        yield begin
        parent.stdin.close()


@pytest.fixture
def random_moments():
    """Eight moments after the start of a process; the waiting is what is tested."""
    import random

    return [random.Random(seed).uniform(0.0, 0.6) for seed in range(8)]


def test_a_killed_run_ends_like_one_left_alone(make_run, app, work, wait_until):
    alone, broken = (make_run(learner={}, steps=8000, checkpoints=CheckpointConfig(every_steps=640)) for _ in range(2))
    work(alone)
    with subprocess.Popen([sys.executable, str(FAKE_WORKER), str(broken.folder)]) as process:
        wait_until(lambda: CheckpointStore(broken.checkpoints_folder).full() or process.poll() is not None)
        process.kill()
    assert work(broken) == 0
    prints = [list(run.events({"fingerprint"}))[-1] for run in (alone, broken)]
    assert prints[0].data == prints[1].data
    assert prints[0].step == prints[1].step == 8000
    assert [e["score"] for e in alone.episodes()] == [e["score"] for e in broken.episodes()]
