"""How making films went of late."""

import sys

import pytest

from retroml_core.commands.doctor import Verdict, examine
from retroml_core.filming import FilmCancelled, FilmError, FilmRefused
from retroml_core.films.process import FilmProcess
from retroml_core.films.tally import Tally, keep_outcome, read_tally


def films(app):
    return [found for found in examine(app) if found.topic == "films"]


def outcomes(cache, *errors):
    for error in errors:
        keep_outcome(cache, "run", "timelapse", error)


def test_where_none_was_asked_for_there_is_nothing_to_say(app):
    app.root.prepare()
    assert read_tally(app.root.cache) == Tally()
    assert films(app) == []


def test_made_and_failed_ones_are_counted(tmp_path):
    outcomes(tmp_path, "", "the disk is full", "", "the encoder died", "")
    assert read_tally(tmp_path) == Tally(made=3, failed=2, reason="the encoder died")


def test_only_the_last_ones_count(tmp_path):
    outcomes(tmp_path, "long ago", *[""] * 200)
    assert read_tally(tmp_path) == Tally(made=200)


def test_lines_that_cannot_be_read_are_passed_over(tmp_path):
    outcomes(tmp_path, "")
    with (tmp_path / "films.jsonl").open("a") as file:
        file.write('[]\n{"at": 1}\n{"torn')
    assert read_tally(tmp_path) == Tally(made=1)


def test_the_file_stays_small(tmp_path):
    (tmp_path / "films.jsonl").write_text("x" * 100 + "\n" + '{"error": ""}\n' * 20_000)
    outcomes(tmp_path, "")
    assert len((tmp_path / "films.jsonl").read_text().splitlines()) == 201


def test_a_folder_that_is_not_there_is_no_reason_to_fail(tmp_path):
    outcomes(tmp_path / "none", "")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("errors", "verdict"), [([""] * 20, Verdict.GOOD), ([""] * 9 + ["no ffmpeg"], Verdict.NOTE)])
def test_the_doctor_tells(app, errors, verdict):
    app.root.prepare()
    outcomes(app.root.cache, *errors)
    (found,) = films(app)
    assert found.verdict is verdict
    assert f"of the last {len(errors)} were made" in found.text
    assert ("no ffmpeg" in found.text) == (verdict is Verdict.NOTE)


@pytest.mark.parametrize(
    ("message", "raised", "told"),
    [
        ('{"error": "the disk is full"}', FilmError, ["the disk is full"]),
        ('{"error": "no game was finished yet", "refused": true}', FilmRefused, []),
        ("", FilmError, ["the process that makes the film ended with code 0: it said nothing"]),
        ('{"cancelled": true}', FilmCancelled, []),
    ],
)
def test_how_a_film_ended_is_told_once_unless_it_was_cancelled_or_refused(message, raised, told):
    ended = []
    command = [sys.executable, "-c", f"print({message!r})"]
    with FilmProcess(command, "timelapse", ended.append) as process, pytest.raises(raised):
        process.follow()
    assert ended == told
