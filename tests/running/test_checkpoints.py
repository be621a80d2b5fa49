import errno
import shutil

import numpy as np
import pytest

from retroml_core.files import read_json
from retroml_core.runs.checkpoints import CheckpointStore, DamagedCheckpoint


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path)


def tree(value=1.0):
    return {"weights": np.full(5, value), "step": 3, "nested": [{"a": None}]}


def save(store, step, *, full=True, score=None, value=1.0):
    return store.save(step, tree(value) if full else None, tree(value), {"score": score, "env": {"game": "x"}}, "interval")


def test_what_was_saved_comes_back(store):
    made = save(store, 40, score=2.5)
    assert (made.name, made.step, made.score, made.full, made.why) == ("000000000040", 40, 2.5, True, "interval")
    assert made.meta == {"env": {"game": "x"}}
    np.testing.assert_array_equal(store.load_state(made)["weights"], np.ones(5))
    assert store.load_policy(made)["nested"] == [{"a": None}]


def test_the_manifest_names_every_file_with_its_hash(store):
    made = save(store, 1)
    manifest = read_json(made.folder / "manifest.json")
    assert set(manifest["files"]) == {"policy.json", "policy.safetensors", "state.json", "state.safetensors"}
    assert all(len(file["sha256"]) == 64 for file in manifest["files"].values())
    assert made.size_bytes == sum(file["bytes"] for file in manifest["files"].values())


def test_a_light_checkpoint_has_no_state(store):
    made = save(store, 1, full=False)
    assert not made.full
    with pytest.raises(ValueError, match="holds only a policy"):
        store.load_state(made)


def test_a_full_one_replaces_a_light_one_of_the_same_step_but_not_the_other_way_round(store):
    save(store, 1, full=False)
    assert save(store, 1).full
    assert save(store, 1, full=False, value=9.0).full
    assert len(store.list()) == 1


def test_list_is_by_step(store):
    for step in (300, 5, 40):
        save(store, step, full=False)
    assert [checkpoint.step for checkpoint in store.list()] == [5, 40, 300]


@pytest.mark.parametrize("name", ["state.safetensors", "state.json", "policy.safetensors"])
def test_a_damaged_newest_one_is_passed_over_and_named(store, name):
    save(store, 1)
    newest = save(store, 2)
    path = newest.folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    told = []
    found = store.latest_full(lambda checkpoint, why: told.append((checkpoint.step, why)))
    assert found is not None
    assert found.step == 1
    assert told[0][0] == 2
    assert name in told[0][1]


def test_a_missing_file_is_damage(store):
    made = save(store, 2)
    (made.folder / "state.safetensors").unlink()
    with pytest.raises(DamagedCheckpoint, match="missing"):
        store.verify(made)
    assert store.latest_full() is None


def test_half_a_file_cannot_be_loaded(store):
    made = save(store, 2)
    path = made.folder / "policy.safetensors"
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(DamagedCheckpoint):
        store.load_policy(made)


def test_a_folder_without_manifest_is_not_a_checkpoint(store, tmp_path):
    (tmp_path / "000000000007").mkdir()
    assert store.list() == []


def test_a_full_disk_leaves_what_was_there(store, monkeypatch):
    save(store, 1)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("safetensors.numpy.save_file", full)
    with pytest.raises(OSError, match="No space"):
        save(store, 2)
    assert [checkpoint.step for checkpoint in store.list()] == [1]
    assert sorted(path.name for path in store.folder.iterdir()) == ["000000000001"]


def stop_at(monkeypatch, count):
    """Let the `count`th rename of a folder be the moment of a kill."""
    from retroml_core.runs import checkpoints

    plain, calls = checkpoints.replace, iter(range(count))

    def rename(source, target):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        plain(source, target)

    monkeypatch.setattr(checkpoints, "replace", rename)
    monkeypatch.setattr(checkpoints.shutil, "rmtree", lambda *_, **__: None)


@pytest.mark.parametrize(("renames", "full"), [(0, False), (1, True)])
def test_a_kill_while_a_checkpoint_is_swapped_loses_neither(store, monkeypatch, renames, full):
    save(store, 1, full=False)
    with monkeypatch.context() as patch:
        stop_at(patch, renames)
        with pytest.raises(KeyboardInterrupt):
            save(store, 1)
    store.recover()
    assert [(c.step, c.full) for c in store.list()] == [(1, full)]
    assert sorted(path.name for path in store.folder.iterdir()) == ["000000000001"]


def test_recover_removes_what_was_not_complete(store, tmp_path):
    (tmp_path / ".new-000000000009").mkdir()
    (tmp_path / ".new-000000000009" / "policy.json").write_text("{}")
    store.recover()
    assert list(tmp_path.iterdir()) == []


def test_thinning_keeps_the_newest_full_ones_and_makes_the_others_light(store):
    for step in range(1, 6):
        save(store, step)
    store.thin(keep=2, keep_policies=10)
    assert [(c.step, c.full) for c in store.list()] == [(1, False), (2, False), (3, False), (4, True), (5, True)]
    assert not list(store.list()[0].folder.glob("state.*"))
    store.verify(store.list()[0])


def test_thinning_spreads_the_policies_and_keeps_first_and_last(store):
    for step in range(0, 1000, 10):
        save(store, step, full=False)
        store.thin(keep=1, keep_policies=10)
    steps = [checkpoint.step for checkpoint in store.list()]
    assert len(steps) == 10
    assert (steps[0], steps[-1]) == (0, 990)
    assert max(np.diff(steps)) <= 4 * min(np.diff(steps))


def test_a_crash_while_thinning_leaves_no_half_a_checkpoint(store, monkeypatch):
    for step in range(8):
        save(store, step, full=False)

    def crash(folder, **_):
        (folder / "policy.json").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", crash)
        with pytest.raises(KeyboardInterrupt):
            store.thin(keep=1, keep_policies=5)
    for checkpoint in store.list():
        store.verify(checkpoint)
    store.recover()
    assert len(store.list()) == 7
    assert not list(store.folder.glob(".*"))


def test_what_somebody_reads_goes_the_next_time(store, monkeypatch):
    """Windows removes and renames nothing that is open."""
    for step in range(1, 6):
        save(store, step, full=step > 3)

    def in_use(*_args, **_more):
        raise PermissionError(13, "it is being used by another process")

    with monkeypatch.context() as patch:
        patch.setattr("retroml_core.runs.checkpoints.replace", in_use)
        patch.setattr("pathlib.Path.unlink", in_use)
        store.thin(keep=1, keep_policies=3)
    assert [(c.step, c.full) for c in store.list()] == [(1, False), (2, False), (3, False), (4, False), (5, True)]
    store.recover()
    assert not list(store.list()[3].folder.glob("state.*"))
    store.thin(keep=1, keep_policies=3)
    assert len(store.list()) == 4


def test_the_best_is_never_thinned(store):
    for step in range(12):
        made = save(store, step, full=False, score=float(step))
        if step == 5:
            store.mark_best(made)
    store.thin(keep=1, keep_policies=3)
    assert 5 in [checkpoint.step for checkpoint in store.list()]
    best = store.best()
    assert best is not None
    assert best.step == 5


def test_there_is_no_best_before_there_is_one(store):
    assert store.best() is None
