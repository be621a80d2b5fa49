"""Whatever ends a training ends it in words (step, cause, what to lower), with a checkpoint that training can go on from."""

import errno

import numpy as np
import pytest
from fake_learner import Learner, fault

from retroml_core import worker
from retroml_core.algorithm import TrainingFault
from retroml_core.events import RunState
from retroml_core.files import read_json, write_json
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.fitting import differences, in_the_way
from retroml_core.runs.launching import LAUNCHED_AT
from retroml_core.schema import CheckpointConfig
from retroml_core.training.building import Workshop
from retroml_core.training.failures import explain
from retroml_core.training.shortage import shortage


@pytest.fixture(autouse=True)
def home(app, monkeypatch):
    monkeypatch.setenv("RETROML_HOME", str(app.root.path))
    monkeypatch.delenv(LAUNCHED_AT, raising=False)


@pytest.fixture
def work(app):
    """Carries out a run in this process; the exit code."""
    return lambda run: worker.work(run, app, 0.0)


@pytest.fixture
def stopped_run(make_run, train, once):
    """A run of the learner that was stopped half-way, with its checkpoint."""

    def make():
        run = make_run(learner={}, steps=3000)
        train(run, {300: lambda control: control.request_stop("enough")})
        write_json(run.folder / "state.json", {"state": "stopped", "step": run.checkpoints()[-1].step})
        return run

    return once("stopped", make)


def edit(run, group, **values):
    """Change settings in the config of a run by hand."""
    tree = run.tree
    tree[group] |= values
    write_json(run.folder / "config.json", tree)


def last_problem(run):
    return list(run.events({"problem"}))[-1].data


# --- telling failures apart -------------------------------------------------------------------------------------------


def raised(work):
    with pytest.raises(Exception) as error:  # noqa: PT011  # whatever the library says
        work()
    return error.value


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "the memory of this machine ran out"),
        (
            raised(lambda: np.empty((10**6, 10**6, 10**4))),
            "the memory of this machine ran out (71.1 PiB more were wanted)",
        ),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "the memory of this machine ran out"),
        (fault("host"), "the memory of this machine ran out (4.0 MB more were wanted)"),
        (RuntimeError("std::bad_alloc"), "the memory of this machine ran out"),
        (fault("device"), "the memory of the GPU ran out (20.00 MiB more were wanted)"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), "the memory of the GPU ran out"),
        (caused(TrainingFault("network 'huge' cannot be built"), MemoryError()), "the memory of this machine ran out"),
    ],
    ids=["python", "numpy", "system", "torch", "c++", "cuda", "cublas", "wrapped"],
)
def test_a_shortage_of_memory_is_known_however_it_is_said(error, said):
    assert str(shortage(error)) == said


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError(errno.ENOSPC, "full"), TrainingFault("loss/policy is nan")])
def test_other_failures_are_no_shortage(error):
    assert shortage(error) is None


def test_without_a_config_the_advice_is_general():
    failure = explain(MemoryError(), folder="x", step=5, checkpoint=None)
    assert failure.reason == "the memory of this machine ran out, at step 5; no checkpoint was saved yet"
    assert "fewer environments or a smaller network" in failure.hint


# --- failures while training ------------------------------------------------------------------------------------------

INJECTED = {
    "nan": ("training failed: loss/policy is nan, at step", "lower the learning rate"),
    "memory": ("the memory of this machine ran out, at step", "a lower algorithm.environments (now 4)"),
    "host": (
        "the memory of this machine ran out (4.0 MB more were wanted), at step",
        "algorithm.environments (now 4)",
    ),
    "device": ("the memory of the GPU ran out (20.00 MiB more were wanted), at step", "algorithm.environments (now 4)"),
    "probabilities": ("the policy's probabilities are not numbers, at step", "a lower algorithm.learning_rate"),
    "bug": ("RuntimeError: a bug in the algorithm, at step", "out.log"),
}


@pytest.mark.parametrize("kind", INJECTED)
def test_it_says_what_failed_where_and_what_to_do_and_can_be_gone_on_from(make_run, work, kind):
    run = make_run(learner={"fault_at": 20, "fault": kind}, steps=2000, checkpoints=CheckpointConfig(every_steps=640))
    assert work(run) == 1
    newest = CheckpointStore(run.checkpoints_folder).latest_full()
    assert newest is not None
    reason, hint = INJECTED[kind]
    assert run.status().state is RunState.FAILED
    assert run.status().reason == f"{reason} 1,216; last good checkpoint: {newest.name}"
    assert hint in last_problem(run)["hint"]
    assert last_problem(run)["severity"] == "error"
    assert ("Traceback" in last_problem(run)["details"]) == (kind == "bug")

    edit(run, "algorithm", fault_at=0)
    assert work(run) == 0
    assert [event.data["resumed_from"] for event in run.events({"run_state"})].count(newest.step) == 1
    assert run.status().state is RunState.COMPLETED


def test_parameters_that_are_no_numbers_are_never_saved(make_run, work):
    run = make_run(learner={"fault_at": 30, "fault": "parameters"}, checkpoints=CheckpointConfig(every_steps=640))
    assert work(run) == 1
    assert "weights" in run.status().reason
    newest = CheckpointStore(run.checkpoints_folder).latest_full()
    assert newest is not None
    assert np.isfinite(CheckpointStore(run.checkpoints_folder).load_policy(newest)["weights"]).all()


def test_a_failure_before_anything_is_taken_up_names_the_checkpoint_of_before(stopped_run, work, monkeypatch):
    def too_large(*_):
        raise MemoryError

    monkeypatch.setattr(Workshop, "trainable", too_large)
    assert work(stopped_run) == 1
    newest = stopped_run.checkpoints()[-1]
    assert stopped_run.status().reason == (
        f"the memory of this machine ran out, at step {newest.step:,}; last good checkpoint: {newest.name}"
    )


# --- a config that changed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "key", "was", "value"),
    [
        ("environment", "balls", 2, 3),
        ("algorithm", "environments", 4, 8),
        ("algorithm", "rollout", 16, 32),
        ("network", "channels", None, [16]),
    ],
)
def test_a_config_the_state_cannot_fit_is_refused_by_name_until_it_is_put_back(stopped_run, work, group, key, was, value):
    edit(stopped_run, group, **{key: value})
    assert work(stopped_run) == 1
    reason = stopped_run.status().reason
    assert f"{group}.{key}: {was} -> {value}; put that back in config.json and resume" in reason
    assert reason.startswith(f"the config changed since checkpoint {stopped_run.checkpoints()[-1].name} was saved")

    edit(stopped_run, group, **{key: was})
    assert work(stopped_run) == 0
    assert stopped_run.status().step == 3000


@pytest.mark.parametrize("torn", ["manifest.json", "state.json"])
def test_a_run_never_begins_anew_unasked_when_no_checkpoint_can_be_read(stopped_run, work, torn):
    step = stopped_run.status().step
    for checkpoint in stopped_run.checkpoints():
        (checkpoint.folder / torn).write_text("{")
    assert work(stopped_run) == 1
    status = stopped_run.status()
    assert "none of the checkpoints" in status.reason
    assert f"retroml rerun {stopped_run.id}" in status.reason
    assert status.step == step
    assert "cannot be used" in last_problem(stopped_run)["message"] or "none of" in last_problem(stopped_run)["message"]


def test_another_seed_is_refused(stopped_run, work):
    tree = read_json(stopped_run.folder / "config.json")
    write_json(stopped_run.folder / "config.json", tree | {"seed": tree["seed"] + 1})
    assert work(stopped_run) == 1
    assert f"seed: {tree['seed']} -> {tree['seed'] + 1}; put that back" in stopped_run.status().reason


def test_other_changes_are_told_and_hold(stopped_run, work):
    edit(stopped_run, "algorithm", learning_rate=0.25)
    assert work(stopped_run) == 0
    assert "algorithm.learning_rate: 0.5 -> 0.25" in last_problem(stopped_run)["message"]
    assert stopped_run.curve("schedule/learning_rate").values[-1] == 0.25


def test_an_unchanged_config_is_no_news(stopped_run, work):
    assert work(stopped_run) == 0
    assert list(stopped_run.events({"problem"})) == []


def test_a_setting_that_a_new_version_brought_is_no_change():
    before, now = {"network": {"name": "nature"}}, {"network": {"name": "nature", "width": 1}, "more": 1}
    assert list(differences(before, now)) == []


def test_only_what_the_state_depends_on_is_in_the_way():
    changed = {"algorithm.name": "", "algorithm.environments": "", "algorithm.epochs": "", "environment.stack": "", "game": ""}
    assert set(in_the_way(changed)) == {"algorithm.name", "algorithm.environments", "environment.stack", "game"}


def test_a_state_that_the_algorithm_cannot_take_up_is_named(stopped_run, work, monkeypatch):
    def fails(self, state):
        raise KeyError("momentum")

    monkeypatch.setattr(Learner, "restore_learner", fails)
    assert work(stopped_run) == 1
    name = stopped_run.checkpoints()[-1].name
    assert f"checkpoint {name} could not be taken up: KeyError: 'momentum', at step" in stopped_run.status().reason
    assert "momentum" in last_problem(stopped_run)["details"]
