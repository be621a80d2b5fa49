from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from filelock import FileLock

from retroml_core.filming import FilmCancelled, FilmError, FilmInterrupted
from retroml_core.films import maker as filmmaker
from retroml_core.films.film import list_films, start_film
from retroml_core.films.maker import Reporter, Wishes
from retroml_core.films.options import FilmOptions
from retroml_core.films.process import FilmCrashed

pytestmark = pytest.mark.usefixtures("trusted")


def options(**settings):
    return FilmOptions(settings=settings)


def test_a_process_makes_the_film_and_says_how_far_it_is(run):
    said = []
    with start_film(run, "still", options(pictures="60")) as making:
        film = making.follow(said.append)
    assert [found.name for found in list_films(run)] == [film.name]
    assert film.seconds == 2.0
    assert said[0].renderer == "still"
    assert all(0 <= step.fraction <= 1 for step in said)


@pytest.mark.parametrize(
    ("trouble", "words"), [("full", "is full"), ("bug", r"ZeroDivisionError: no frames a second \(plugin "), ("die", "code 9")]
)
def test_a_process_that_fails_says_why_and_leaves_nothing_behind(run, trouble, words, left):
    with start_film(run, "still", options(trouble=trouble)) as making, pytest.raises(FilmError, match=words):
        making.follow()
    if trouble != "die":
        assert left() == []


def test_the_next_film_cleans_up_after_a_process_that_died(run, left):
    with start_film(run, "still", options(trouble="die")) as making, pytest.raises(FilmError):
        making.follow()
    with start_film(run, "still") as making:
        film = making.follow()
    assert left() == sorted([film.name, film.path.with_suffix(".json").name])


@pytest.fixture
def finished(run):
    """The finished parts of the films that are not complete."""
    return lambda: sorted(path.read_bytes() for path in run.videos_folder.glob(".*.work/0*"))


def test_cancelling_leaves_nothing_behind(run, left):
    with start_film(run, "still", options(trouble="wait")) as making, pytest.raises(FilmCancelled):
        making.follow(lambda step: making.cancel() if step.fraction > 0.4 else None)
    assert left() == []


def test_a_process_that_died_is_told_from_a_film_that_cannot_be_made(run):
    with start_film(run, "still", options(trouble="die")) as making, pytest.raises(FilmCrashed):
        making.follow()


def test_a_film_rests_while_it_is_paused(run):
    said = []

    def hear(step):
        said.append(step.doing)
        if step.doing == "waiting to be cancelled" and "paused" not in said:
            making.pause()
        elif step.doing == "paused":
            making.resume()
        elif "paused" in said:
            making.cancel()

    with start_film(run, "still", options(trouble="wait")) as making, pytest.raises(FilmCancelled):
        making.follow(hear)
    assert said[-1] == "waiting to be cancelled"


def test_one_film_at_a_time(run, tmp_path):
    with FileLock(tmp_path / "root" / "cache" / "filming" / "00000000000000000001-1.ticket") as other:
        said = []

        def hear(step):
            said.append(step.doing)
            if step.doing == "waiting for 1 other film":
                other.release()

        with start_film(run, "still") as making:
            making.follow(hear)
    assert "waiting for 1 other film" in said


def test_leaving_the_block_ends_the_process(run, left):
    with start_film(run, "still", options(trouble="wait")) as making:
        pass
    assert making.process.poll() is not None
    assert left() == []


def test_an_interrupted_film_keeps_its_finished_parts(run, left, finished):
    with start_film(run, "still", options(trouble="wait")) as making, pytest.raises(FilmCancelled):
        making.follow(lambda step: making.interrupt() if "waiting" in step.doing else None)
    assert finished() == [b"finished"]
    assert all(name.endswith(".work") for name in left())


def test_a_film_outlives_whoever_asked_for_it_by_its_finished_parts(run, finished):
    with by_hand(run, "--attached", "--set", "trouble=wait") as process:
        until_waiting(process)
        process.stdin.close()
        process.stdout.read()
    assert process.returncode == 130
    assert finished() == [b"finished"]


def by_hand(run, *more):
    command = [sys.executable, "-m", "retroml_core.films.maker", str(run.folder), "--renderer", "still", *more]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def until_waiting(process):
    for line in process.stdout:
        if "waiting" in line:
            return


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM; a line on standard input does the same")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_interrupts(run, finished, number):
    with by_hand(run, "--set", "trouble=wait") as process:
        until_waiting(process)
        process.send_signal(number)
        assert '"cancelled": true' in process.stdout.read()
    assert process.returncode == 130
    assert finished() == [b"finished"]


def test_a_line_on_standard_input_cancels(run, left):
    with by_hand(run, "--attached", "--set", "trouble=wait") as process:
        until_waiting(process)
        process.stdin.write("cancel\n")
        process.stdin.flush()
        assert '"cancelled": true' in process.stdout.read()
    assert left() == []


def test_without_attachment_the_end_of_standard_input_means_nothing(run):
    with by_hand(run) as process:
        process.stdin.close()
        assert '"film"' in process.stdout.read()
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no Ctrl+Z")
def test_a_maker_that_is_stopped_with_its_terminal_rests_until_it_goes_on(run):
    with by_hand(run, "--attached", "--set", "trouble=wait") as process:
        until_waiting(process)
        process.send_signal(signal.SIGTSTP)
        assert any('"paused"' in line for line in process.stdout)
        process.send_signal(signal.SIGCONT)
        until_waiting(process)
        process.stdin.write("cancel\n")
        process.stdin.flush()
        assert '"cancelled": true' in process.stdout.read()


def test_the_reporter_speaks_seldom_but_always_at_the_end(capsys):
    reporter = Reporter(Wishes(), every_seconds=3600)
    for step in range(100):
        reporter(step / 100, "painting")
    reporter(1.0, "done")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert '"fraction": 1.0' in lines[1]


def test_the_reporter_notices_cancellation_at_once():
    wishes = Wishes()
    reporter = Reporter(wishes)
    wishes.cancel()
    with pytest.raises(FilmCancelled) as raised:
        reporter(0.5, "painting")
    assert not isinstance(raised.value, FilmInterrupted)


def test_the_reporter_notices_at_once_that_it_has_to_end():
    wishes = Wishes()
    reporter = Reporter(wishes)
    wishes.ended.set()
    with pytest.raises(FilmInterrupted):
        reporter(0.5, "painting")


def test_the_reporter_estimates_the_time_left_once_it_can(capsys):
    reporter = Reporter(Wishes(), every_seconds=0)
    reporter(0.0, "starting")
    reporter(0.5, "painting")
    first, second = capsys.readouterr().out.splitlines()
    assert '"seconds_left": null' in first
    assert '"seconds_left": null' not in second


def test_a_reader_that_is_gone_is_no_reason_to_fail(monkeypatch):
    class Gone:
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    filmmaker.say({"fraction": 0.5})
