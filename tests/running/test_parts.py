"""Checkpoints that share parts: each is written once, goes with the last that needs it, and no kill loses what is listed."""

import contextlib
import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from retroml_core.files import read_json
from retroml_core.runs.checkpoints import CheckpointStore, DamagedCheckpoint
from retroml_core.runs.parts import PartStore
from retroml_core.schema import CheckpointConfig
from retroml_core.training.snapshots import Snapshots
from retroml_core.tree import Part, copy_tree, digest, load_tree, make_part, pack_tree, save_tree, tree_bytes, unpack_tree


def segment(number):
    return make_part("segment", lambda: {"frames": np.full((8, 100), number, np.uint8), "first": number})


def state(numbers):
    return {"step": 3, "segments": [segment(number) for number in numbers], "tail": np.arange(3)}


def unreadable(part):
    def read():
        raise AssertionError(f"part {part.key} was read")

    return Part(part.key, read, part.size_bytes)


def save(store, step, numbers):
    return store.save(step, state(numbers), {"weights": np.ones(2)}, {"score": None}, "interval")


def files(store):
    return sorted(path.name for path in store.parts.folder.glob("*"))


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path)


def numbers_in(tree):
    return [int(part.read()["frames"][0, 0]) for part in tree["segments"]]


# --- parts in trees -----------------------------------------------------------------------------------------------------


def test_the_key_is_the_name_and_the_digest_of_the_content():
    assert segment(1).key == segment(1).key != segment(2).key
    assert segment(1).key.startswith("segment-")


@pytest.mark.parametrize("key", ["", "../x", "Big", "a.b", "a" * 200])
def test_a_key_that_is_no_file_name_is_refused(key):
    with pytest.raises(ValueError, match="key of a part"):
        Part(key, dict)


def test_without_a_place_of_their_own_parts_are_written_in_the_tree(tmp_path):
    save_tree(state([1, 2]), tmp_path / "x")
    back = load_tree(tmp_path / "x")
    assert numbers_in(back) == [1, 2]
    assert digest(back) == digest(state([1, 2]))
    assert back["segments"][0].size_bytes == 800


def test_the_digest_of_a_tree_sees_its_parts_without_reading_them():
    tree = state([1, 2])
    tree["segments"] = [unreadable(part) for part in tree["segments"]]
    assert digest(tree) == digest(state([1, 2]))
    assert digest(tree) != digest(state([1, 3]))


def test_a_packed_tree_comes_back():
    tree = {"a": np.arange(4), "list": [1.5, None, {"b": np.zeros((0, 2), np.uint8)}]}
    assert digest(unpack_tree(pack_tree(tree))) == digest(tree)


@pytest.mark.parametrize("packed", [b"", b"x" * 40, pack_tree({"a": np.arange(9)})[:-9]])
def test_a_damaged_pack_is_a_value_error(packed):
    with pytest.raises(ValueError, match="packed tree"):
        unpack_tree(packed)


def test_a_copy_has_parts_of_its_own():
    frames = np.zeros(4, np.uint8)
    copied = copy_tree({"segments": [make_part("x", lambda: {"frames": frames})]})
    frames[:] = 9
    assert copied["segments"][0].read()["frames"].tolist() == [0, 0, 0, 0]


def test_known_parts_are_neither_copied_nor_counted():
    known = segment(1)
    tree = {"segments": [unreadable(known), segment(2)], "tail": np.zeros(3, np.uint8)}
    copied = copy_tree(tree, {known.key})
    assert (tree_bytes(tree, {known.key}), tree_bytes(tree)) == (803, 1603)
    with pytest.raises(ValueError, match="left out"):
        copied["segments"][0].read()
    assert int(copied["segments"][1].read()["first"]) == 2


# --- parts of checkpoints -----------------------------------------------------------------------------------------------


def test_parts_come_back_from_disk_one_at_a_time(store):
    save(store, 1, [1, 2])
    tree = CheckpointStore(store.folder).load_state(store.list()[0])
    assert numbers_in(tree) == [1, 2]
    assert tree["segments"][0].size_bytes == 800
    assert digest(tree) == digest(state([1, 2]))


def test_a_part_is_written_once(store):
    save(store, 1, [1, 2])
    first = store.parts.path(segment(1).key).stat()
    tree = {"segments": [unreadable(segment(1)), segment(3)]}
    made = store.save(2, tree, {"weights": np.ones(2)})
    assert store.parts.path(segment(1).key).stat().st_mtime_ns == first.st_mtime_ns
    assert numbers_in(store.load_state(made)) == [1, 3]


def test_the_size_of_a_checkpoint_is_all_it_needs(store):
    made = save(store, 1, [1])
    manifest = read_json(made.folder / "manifest.json")
    plain = sum(file["bytes"] for file in manifest["files"].values())
    assert made.size_bytes == plain + store.parts.path(segment(1).key).stat().st_size


def test_a_part_goes_with_the_last_checkpoint_that_refers_to_it(store):
    for step in (1, 2, 3):
        save(store, step, [step, step + 1])
    store.thin(keep=2, keep_policies=10)
    assert files(store) == sorted(store.parts.path(segment(n).key).name for n in (2, 3, 4))
    assert [c.full for c in store.list()] == [False, True, True]
    for checkpoint in store.list():
        store.verify(checkpoint)


def test_a_checkpoint_with_a_damaged_part_is_passed_over_and_the_part_is_written_again(store):
    save(store, 1, [1])
    save(store, 2, [1, 2])
    path = store.parts.path(segment(2).key)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    later, told = CheckpointStore(store.folder), []
    found = later.latest_full(lambda checkpoint, why: told.append(why))
    assert found is not None
    assert found.step == 1
    assert path.name in told[0]
    assert numbers_in(later.load_state(save(later, 3, [1, 2]))) == [1, 2]


def test_a_missing_part_is_damage(store):
    made = save(store, 1, [1])
    store.parts.path(segment(1).key).unlink()
    with pytest.raises(DamagedCheckpoint, match="missing"):
        store.verify(made)


def test_half_a_part_cannot_be_read(store):
    made = save(store, 1, [1])
    path = store.parts.path(segment(1).key)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match=r"\.part is damaged"):
        store.load_state(made)["segments"][0].read()


def test_a_copy_stands_alone(store, tmp_path_factory):
    made = save(store, 1, [1, 2])
    other = CheckpointStore(tmp_path_factory.mktemp("other"))
    store.copy(made, other.folder)
    shutil.rmtree(store.folder)
    copied = other.list()[0]
    other.verify(copied)
    assert numbers_in(other.load_state(copied)) == [1, 2]


def test_a_part_can_be_copied_where_links_cannot_be_made(tmp_path, monkeypatch):
    one = PartStore(tmp_path / "one")
    one.keep(segment(1))
    monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError))
    one.copy(segment(1).key, tmp_path / "two")
    assert PartStore(tmp_path / "two").path(segment(1).key).read_bytes() == one.path(segment(1).key).read_bytes()


def test_background_writing_copies_only_new_parts(store):
    saved = []
    snapshots = Snapshots(store, CheckpointConfig(), saved.append)
    snapshots.save(1, state([1]), {}, {}, "interval")
    snapshots.wait()
    snapshots.save(2, {"segments": [unreadable(segment(1)), segment(2)]}, {}, {}, "interval")
    snapshots.wait()
    snapshots.close()
    assert numbers_in(store.load_state(saved[-1])) == [1, 2]


def test_a_checkpoint_of_the_same_step_that_stands_is_told_once(store):
    told = []
    snapshots = Snapshots(store, CheckpointConfig(), told.append)
    snapshots.save(1, state([1]), {}, {}, "asked")
    snapshots.save(1, None, {}, {}, "best", best=True)
    snapshots.close()
    assert [(checkpoint.why, checkpoint.full) for checkpoint in told] == [("asked", True)]
    assert store.best() == told[0]


# --- when something goes wrong --------------------------------------------------------------------------------------------


def test_a_manifest_that_cannot_be_opened_costs_no_parts(store, monkeypatch):
    save(store, 1, [1, 2])
    save(store, 2, [2, 3])
    before = files(store)

    def read(path):
        if path.parent.name == f"{1:012d}":
            raise OSError(errno.EMFILE, "Too many open files")
        return read_json(path)

    with monkeypatch.context() as patch:
        patch.setattr("retroml_core.runs.checkpoints.read_json", read)
        store.recover()
    assert files(store) == before
    assert numbers_in(store.load_state(store.full()[-1])) == [1, 2]


def test_what_may_be_put_back_keeps_its_parts(store):
    save(store, 1, [1, 2])
    before = files(store)
    manifest = store.folder / f"{1:012d}" / "manifest.json"
    kept = manifest.read_bytes()
    manifest.write_bytes(kept[:20])
    store.recover()
    manifest.write_bytes(kept)
    assert files(store) == before
    assert numbers_in(store.load_state(store.full()[0])) == [1, 2]


def test_a_torn_manifest_beside_sound_ones_keeps_nothing(store):
    save(store, 1, [1])
    save(store, 2, [2])
    (store.folder / f"{1:012d}" / "manifest.json").write_bytes(b"{")
    store.recover()
    assert files(store) == [f"{segment(2).key}.part"]


def test_a_save_that_fails_gives_back_the_room_of_its_parts(store, monkeypatch):
    save(store, 1, [1, 2])
    before = files(store)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("retroml_core.runs.checkpoints._write_manifest", full)
        with pytest.raises(OSError, match="No space left"):
            save(store, 2, [2, 3])
    assert files(store) == before
    save(store, 2, [2, 3])
    store.verify(store.full()[0])


def test_the_checkpoint_just_written_stays_full_below_a_damaged_one(store):
    save(store, 9, [9])
    (store.folder / f"{9:012d}" / "state.safetensors").write_bytes(b"")
    written = save(store, 5, [5])
    store.thin(keep=1, keep_policies=2, written=written.name)
    assert store.latest_full().step == 5


def test_the_state_of_a_checkpoint_that_became_light_goes_also_after_a_kill(store):
    save(store, 1, [1])
    stray = store.folder / f"{1:012d}" / "state.safetensors"
    kept = stray.read_bytes()
    save(store, 2, [2])
    store.thin(keep=1, keep_policies=2)
    stray.write_bytes(kept)
    store.recover()
    assert not stray.exists()
    assert [one.step for one in store.list()] == [1, 2]


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """Counts everything that changes the disk; the `last` such call and all after it do nothing but raise."""

    def __init__(self, monkeypatch, last):
        self.left = last
        for owner, name in (
            (Path, "replace"),
            (Path, "unlink"),
            (Path, "mkdir"),
            (Path, "write_bytes"),
            (shutil, "rmtree"),
        ):
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, work):
        def call(*args, **settings):
            self.left -= 1
            if self.left < 0:
                raise Killed
            return work(*args, **settings)

        return call


def checkpoints(folder):
    """A training that saves a sliding window of segments, each time thinning to the newest."""
    store = CheckpointStore(folder)
    for step in (1, 2, 3):
        save(store, step, [step, step + 1])
        store.thin(keep=1, keep_policies=2)


def test_whenever_it_is_killed_every_listed_checkpoint_is_sound(tmp_path, monkeypatch):
    for last in range(1000):
        folder = tmp_path / str(last)
        with monkeypatch.context() as patch:
            mortal = Mortal(patch, last)
            with contextlib.suppress(Killed):
                checkpoints(folder)
            survived = mortal.left >= 0
        later = CheckpointStore(folder)
        before = [checkpoint.step for checkpoint in later.full()]
        later.recover()
        for checkpoint in later.list():
            later.verify(checkpoint)
        for checkpoint in later.full():
            assert numbers_in(later.load_state(checkpoint)) == [checkpoint.step, checkpoint.step + 1]
        assert set(before) <= {checkpoint.step for checkpoint in later.full()}
        referred = {key for c in later.full() for key in read_json(c.folder / "manifest.json")["parts"]}
        assert files(later) == sorted(f"{key}.part" for key in referred)
        if survived:
            break
    assert survived
    assert last > 40
