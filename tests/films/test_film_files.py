from __future__ import annotations

import os
import subprocess
import sys

import pytest

from retroml_core.files import read_json, write_json
from retroml_core.films.files import SIDECAR_FORMAT, FilmSlot, clean_leftovers


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def sidecar(name):
    return {"format": SIDECAR_FORMAT, "file": name}


def test_a_published_film_has_its_sidecar_and_nothing_else_is_left(tmp_path):
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    slot.part.write_bytes(b"pictures")
    slot.publish(sidecar("film.mp4"))
    assert names(tmp_path) == ["film.json", "film.mp4"]
    assert (tmp_path / "film.mp4").read_bytes() == b"pictures"
    assert read_json(tmp_path / "film.json")["file"] == "film.mp4"


def test_until_it_is_published_no_file_has_a_final_name(tmp_path):
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    slot.part.write_bytes(b"pict")
    assert all(name.startswith(".") for name in names(tmp_path))
    slot.discard()


def test_discarding_leaves_nothing_and_may_be_done_twice(tmp_path):
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    slot.part.write_bytes(b"pict")
    slot.discard()
    slot.discard()
    assert names(tmp_path) == []


def test_discarding_after_publishing_keeps_the_film(tmp_path):
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    slot.publish(sidecar("film.mp4"))
    slot.discard()
    assert names(tmp_path) == ["film.json", "film.mp4"]


def test_two_makers_at_once_get_two_names(tmp_path):
    one, other = (FilmSlot.reserve(tmp_path, "film", ".mp4") for _ in range(2))
    assert {one.final.name, other.final.name} == {"film.mp4", "film-2.mp4"}
    one.publish(sidecar("film.mp4"))
    other.publish(sidecar("film-2.mp4"))
    assert names(tmp_path) == ["film-2.json", "film-2.mp4", "film.json", "film.mp4"]


@pytest.mark.parametrize("there", ["film.mp4", "FILM.MP4", "film.json"])
def test_a_name_that_is_taken_is_not_taken_again(tmp_path, there):
    (tmp_path / there).write_text("somebody else's")
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    assert slot.final.name == "film-2.mp4"
    slot.discard()
    assert (tmp_path / there).read_text() == "somebody else's"


def test_when_the_sidecar_cannot_be_written_nothing_is_left(tmp_path):
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    slot.part.write_bytes(b"pictures")
    slot.sidecar.mkdir()
    with pytest.raises(OSError, match="film"):
        slot.publish(sidecar("film.mp4"))
    slot.sidecar.rmdir()
    assert names(tmp_path) == []


def test_what_a_killed_maker_left_is_cleaned_up(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from retroml_core.films.files import FilmSlot;"
        "slot = FilmSlot.reserve(Path(sys.argv[1]), 'film', '.mp4'); slot.part.write_bytes(b'half'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert names(tmp_path) == [".film.mp4.lock", ".film.part.mp4"]
    clean_leftovers(tmp_path)
    assert names(tmp_path) == []


CODE = (
    "import os, sys; from pathlib import Path; from retroml_core.films.files import FilmSlot;"
    "slot = FilmSlot.reserve(Path(sys.argv[1]), 'film', '.mp4', 'key'); (slot.work / '0001.mp4').write_bytes(b'half');"
    "os._exit(9)"
)


@pytest.fixture
def begun(tmp_path):
    """A folder in which a maker was killed that had finished a part of the film with the key `key`."""
    subprocess.run([sys.executable, "-c", CODE, str(tmp_path)], check=False)
    return tmp_path


def test_a_film_that_was_begun_is_gone_on_with(begun):
    clean_leftovers(begun)
    slot = FilmSlot.reserve(begun, "film", ".mp4", "key")
    assert (slot.final.name, (slot.work / "0001.mp4").read_bytes()) == ("film.mp4", b"half")
    slot.publish(sidecar("film.mp4"))
    assert names(begun) == ["film.json", "film.mp4"]


def test_another_film_leaves_a_film_that_was_begun_alone(begun):
    clean_leftovers(begun)
    other = FilmSlot.reserve(begun, "film", ".mp4", "other key")
    assert other.final.name == "film-2.mp4"
    other.discard()
    assert (begun / ".film.part.mp4.work" / "0001.mp4").exists()


def test_a_film_that_was_begun_is_gone_on_with_by_one_maker_only(begun):
    one, other = (FilmSlot.reserve(begun, "film", ".mp4", "key") for _ in range(2))
    assert (one.final.name, other.final.name) == ("film.mp4", "film-2.mp4")
    assert not (other.work / "0001.mp4").exists()
    one.discard()
    other.discard()
    assert names(begun) == []


def test_a_film_that_was_begun_long_ago_is_cleaned_up(begun):
    os.utime(begun / ".film.part.mp4.work" / "0001.mp4", (0, 0))
    clean_leftovers(begun)
    assert names(begun) == []


def test_a_film_in_the_making_is_not_cleaned_up(tmp_path):
    slot = FilmSlot.reserve(tmp_path, "film", ".mp4")
    slot.part.write_bytes(b"half")
    assert clean_leftovers(tmp_path) == []
    assert slot.part.read_bytes() == b"half"
    slot.discard()


def test_a_sidecar_without_its_film_is_cleaned_up_in_the_runs_own_folder_only(tmp_path):
    write_json(tmp_path / "film.json", sidecar("film.mp4"))
    clean_leftovers(tmp_path, orphans=False)
    assert names(tmp_path) == ["film.json"]
    clean_leftovers(tmp_path)
    assert names(tmp_path) == []


def test_files_of_others_are_never_touched(tmp_path):
    write_json(tmp_path / "package.json", {"name": "not ours"})
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "holiday.mp4").write_text("x")
    clean_leftovers(tmp_path)
    assert names(tmp_path) == [".hidden", "broken.json", "holiday.mp4", "package.json"]


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        FilmSlot.reserve(tmp_path / "file", "film", ".mp4")
