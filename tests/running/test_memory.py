"""How much memory is left, from made-up figures of the system; and a run that stops while there is still some."""

import numpy as np
import pytest
from edits import kill
from fake_learner import LearnerConfig

from retroml_core.events import RunState
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.eventlog import EventLog
from retroml_core.runs.state import StateFile
from retroml_core.schema import CheckpointConfig, ExperimentConfig
from retroml_core.training.bus import MetricEventBus
from retroml_core.training.failures import explain
from retroml_core.training.memory import RESERVE_BYTES, Memory, MemoryScarce, read_memory
from retroml_core.training.pulse import Pulse
from retroml_core.training.snapshots import Snapshots

GIB = 2**30


@pytest.fixture
def system(tmp_path):
    """Writes figures of a system and reads the memory from them: `groups` are files below the folder of control groups."""

    def read(*, own="0::/\n", total=16 * GIB, available=8 * GIB, swap=0, groups=()):
        proc = tmp_path / "proc"
        (proc / "self").mkdir(parents=True)
        figures = {"MemTotal": total, "MemFree": 1024, "MemAvailable": available, "SwapTotal": swap, "SwapFree": swap}
        (proc / "meminfo").write_text("".join(f"{key}: {value // 1024:>12} kB\n" for key, value in figures.items()))
        (proc / "self" / "cgroup").write_text(own)
        for name, text in dict(groups).items():
            file = tmp_path / "groups" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{text}\n")
        return read_memory(proc, tmp_path / "groups")

    return read


# --- what is left ---------------------------------------------------------------------------------------------------------


def test_a_machine_has_what_is_available_and_its_swap(system):
    memory = system(available=3 * GIB, swap=2 * GIB)
    assert (memory.total, memory.available, memory.free, memory.contained) == (16 * GIB, 3 * GIB, 5 * GIB, False)


def test_a_container_has_what_it_is_allowed(system):
    memory = system(groups={"memory.max": 2 * GIB, "memory.current": GIB})
    assert (memory.total, memory.free, memory.contained) == (2 * GIB, GIB, True)


def test_pictures_of_files_in_memory_can_be_had(system):
    stat = f"anon 5\ninactive_file {GIB // 4}\nactive_file {GIB // 4}\nshmem 7"
    assert system(groups={"memory.max": 2 * GIB, "memory.current": 2 * GIB, "memory.stat": stat}).free == GIB // 2


def test_a_group_without_a_limit_leaves_the_machines(system):
    assert not system(groups={"memory.max": "max", "memory.current": GIB}).contained


def test_a_limit_above_what_the_machine_has_is_none(system):
    assert not system(groups={"memory.max": 64 * GIB, "memory.current": GIB}).contained


def test_the_tightest_of_the_groups_around_counts(system):
    groups = {"a/b/memory.max": 8 * GIB, "a/b/memory.current": GIB, "a/memory.max": 4 * GIB, "a/memory.current": 3 * GIB}
    assert system(own="0::/a/b\n", groups=groups).free == GIB


def test_a_group_that_cannot_be_seen_from_inside_is_looked_for_at_the_root(system):
    assert system(own="0::/../pod/c\n", groups={"memory.max": 2 * GIB, "memory.current": GIB}).free == GIB


@pytest.mark.parametrize(("allowed", "free"), [("max", 4 * GIB), (2 * GIB, 2 * GIB), (0, GIB)])
def test_swap_counts_as_far_as_the_group_may_use_it(system, allowed, free):
    groups = {"memory.max": 2 * GIB, "memory.current": GIB, "memory.swap.max": allowed, "memory.swap.current": GIB}
    assert system(swap=3 * GIB, groups=groups).free == free


def test_groups_of_version_1_are_understood(system):
    own = "11:cpu,cpuacct:/x\n9:memory:/x\n0::/\n"
    groups = {
        "memory/x/memory.limit_in_bytes": 2 * GIB,
        "memory/x/memory.usage_in_bytes": 2 * GIB,
        "memory/x/memory.stat": f"inactive_file 1\ntotal_inactive_file {GIB // 2}",
    }
    assert system(own=own, swap=GIB, groups=groups).free == GIB // 2


def test_a_system_without_such_files_is_asked_otherwise(tmp_path, monkeypatch):
    import psutil

    class Figures:
        total, available, free = 8, 4, 1

    monkeypatch.setattr(psutil, "virtual_memory", Figures)
    monkeypatch.setattr(psutil, "swap_memory", Figures)
    assert read_memory(tmp_path / "proc", tmp_path / "groups") == Memory(total=8, available=4, swap=1)


@pytest.mark.parametrize(
    ("total", "free", "scarce"),
    [(16 * GIB, RESERVE_BYTES - 1, True), (16 * GIB, RESERVE_BYTES, False), (GIB, GIB // 21, True), (GIB, GIB // 20, False)],
)
def test_when_it_is_time_to_stop(total, free, scarce):
    assert Memory(total=total, available=free).scarce is scarce


# --- a run that stops in time -----------------------------------------------------------------------------------------------


LOW = Memory(total=8 * GIB, available=GIB // 10, contained=True)
FINE = Memory(total=8 * GIB, available=4 * GIB)


@pytest.fixture
def pulse(tmp_path, monkeypatch):
    """Makes a quick pulse that looks at the memory by `look`."""
    monkeypatch.setattr("retroml_core.training.pulse.BEAT_SECONDS", 0.001)
    log = EventLog(tmp_path / "events", 1)
    made = []

    def make(look):
        made.append(Pulse(tmp_path, StateFile(tmp_path, 1), log, MetricEventBus(log), look=look))
        return made[-1]

    yield make
    for one in made:
        one.close()
    log.close()


def test_the_pulse_says_that_memory_is_scarce(pulse, wait_until):
    watching = pulse(lambda: LOW)
    said = wait_until(lambda: watching.scarce)
    assert said.startswith("the memory this container may use is nearly used up (107 MB of 8.6 GB are free, this run takes ")


def test_one_low_reading_is_none(pulse, wait_until):
    readings = []

    def look():
        readings.append(LOW if len(readings) % 2 else FINE)
        return readings[-1]

    watching = pulse(look)
    wait_until(lambda: len(readings) > 6)
    assert watching.scarce == ""


def end_of_memory(control):
    control._scarce = lambda: "the memory is nearly used up"
    control.poll()


def test_a_run_that_nearly_used_up_the_memory_is_saved_and_fails_in_words(make_run, train):
    run = make_run(learner={}, steps=3000)
    with pytest.raises(MemoryScarce, match="the memory is nearly used up"):
        train(run, {200: end_of_memory})
    (saved,) = CheckpointStore(run.checkpoints_folder).full()
    assert (saved.why, 0 < saved.step < 3000) == ("memory", True)


def test_it_goes_on_from_there_as_if_nothing_had_happened(make_run, train):
    alone, stopped = make_run(learner={}, steps=3000), make_run(learner={}, steps=3000)
    train(alone)
    with pytest.raises(MemoryScarce):
        train(stopped, {200: end_of_memory})
    kill(stopped)
    outcome, _ = train(stopped)
    ends = [CheckpointStore(run.checkpoints_folder).latest_full() for run in (alone, stopped)]
    policies = [CheckpointStore(end.folder.parent).load_policy(end) for end in ends]
    assert outcome.state is RunState.COMPLETED
    assert policies[0]["weights"].tobytes() == policies[1]["weights"].tobytes()


def test_what_training_waits_for_is_written_without_a_copy(tmp_path, monkeypatch):
    monkeypatch.setattr("retroml_core.training.snapshots.copy_tree", lambda *_: pytest.fail("there may be no room for a copy"))
    snapshots = Snapshots(CheckpointStore(tmp_path), CheckpointConfig(), lambda _: None)
    snapshots.save(7, {"weights": np.ones(3)}, {"weights": np.ones(3)}, {}, "memory", at_once=True)
    assert not snapshots.busy
    snapshots.close()
    assert [one.step for one in CheckpointStore(tmp_path).full()] == [7]


def test_somebody_who_wants_it_to_stop_comes_first(make_run, train):
    def both(control):
        control.request_stop("enough")
        end_of_memory(control)

    outcome, _ = train(make_run(learner={}, steps=3000), {200: both})
    assert outcome.state is RunState.STOPPED


def test_what_to_do_is_said():
    config = ExperimentConfig(algorithm=LearnerConfig())
    failure = explain(
        MemoryScarce("the memory is nearly used up"), folder="run", step=7, checkpoint="000000000005", config=config
    )
    assert failure.reason == "the memory is nearly used up, at step 7; last good checkpoint: 000000000005"
    assert "a lower algorithm.environments (now 4)" in failure.hint
