"""What the pages ask of the machine: folders, other programs, dialogs, evaluations, films in the making."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC
from types import SimpleNamespace

import pytest
from retroml_dearpygui.services.evaluations import evaluate
from retroml_dearpygui.services.film_jobs import FilmJobs
from retroml_dearpygui.services.opening import open_file, show_in_folder
from retroml_dearpygui.services.pickers import NoPicker, pick_folder, pick_target
from retroml_dearpygui.services.problems import ProblemReader
from retroml_dearpygui.services.retention import Rule, outdated
from retroml_dearpygui.services.storage import check_folder, choose_root, fixed_by, switch_plugin
from retroml_dearpygui.viewmodels.debounce import Debounce, Rhythm
from retroml_dearpygui.viewmodels.wording import day, made, million, play_time, score, several, size, trained, when

from retroml_core.choices import read_choices
from retroml_core.events import Event, FilmProgress, ProblemFound, RunState
from retroml_core.faults import Fault
from retroml_core.filming import FilmCancelled, FilmError
from retroml_core.index import RunRow
from retroml_core.runs.eventlog import EventLog

DAY = 86_400_000


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (score(None), "–"),
        (score(float("nan")), "–"),
        (score(31.25), "31.2"),
        (score(4000.0), "4,000"),
        (million(950), "950"),
        (million(20_500), "20.5 k"),
        (million(999_999), "1.00 M"),
        (million(6_280_000), "6.28 M"),
        (trained(45), "45 s"),
        (trained(245), "4 min 05 s"),
        (trained(7800), "2 h 10 min"),
        (trained(300_000), "3 d 11 h"),
        (trained(None), "–"),
        (play_time(7.2), "0:07"),
        (play_time(750), "12:30"),
        (play_time(3723), "1:02:03"),
        (size(512), "512 B"),
        (size(2_400_000), "2.4 MB"),
        (size(1_300_000_000), "1.3 GB"),
        (several(1, "run"), "1 run"),
        (several(1200, "run"), "1,200 runs"),
        (when(None), "–"),
        (day("soon"), "–"),
        (made("20261123t001900", UTC), "23 Nov 2026 00:19"),
        (made("soon"), "soon"),
    ],
)
def test_numbers_are_written_for_people(words, wanted):
    assert words == wanted


# --- rhythm -----------------------------------------------------------------------------------------------------------


def test_what_is_debounced_happens_once(clock):
    typing = Debounce(clock)
    assert not typing.due()
    typing.touch()
    clock.pass_by(0.2)
    assert typing.due()
    assert not typing.due()


def test_what_takes_long_is_done_less_often(clock):
    rhythm = Rhythm(clock, 2.0)
    assert rhythm.due()
    rhythm.begin()
    clock.pass_by(1.0)
    assert not rhythm.due()
    rhythm.end()
    clock.pass_by(39.0)
    assert not rhythm.due()
    clock.pass_by(1.5)
    assert rhythm.due()


# --- folders ----------------------------------------------------------------------------------------------------------


def test_a_good_folder_is_made_and_measured(tmp_path):
    report = check_folder(f'  "{tmp_path / "new"}" ')
    assert report.path.is_dir()
    assert report.total >= report.free > 0


@pytest.mark.parametrize(("text", "words"), [("", "Write the path"), ("data", "not a whole path")])
def test_a_wrong_folder_is_explained(text, words):
    with pytest.raises(Fault, match=words):
        check_folder(text)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault, match="is a file"):
        check_folder(str(tmp_path / "file"))
    with pytest.raises(Fault, match="cannot be written to"):
        check_folder(str(tmp_path / "file" / "below"))


def test_a_full_disk_is_warned_of(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=2_000_000_000, total=5_000_000_000))
    assert "Only 2.0 GB are free" in check_folder(str(tmp_path)).warning


def test_choices_are_for_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("RETROML_CONFIG", str(tmp_path))
    choose_root(tmp_path / "data")
    switch_plugin("video", on=False)
    assert (read_choices().data_folder, read_choices().disabled_plugins) == (str(tmp_path / "data"), ("video",))
    switch_plugin("video", on=True)
    assert read_choices().disabled_plugins == ()


def test_what_else_fixes_the_folder_is_named(monkeypatch):
    assert "RETROML_HOME" in fixed_by()
    monkeypatch.delenv("RETROML_HOME")
    assert fixed_by() == ""


# --- retention --------------------------------------------------------------------------------------------------------


def row(number, **changes):
    usual = {"name": "", "game": "g", "algorithm": "a", "environment": "e", "preset": "", "state": RunState.COMPLETED}
    return RunRow(**{**usual, "id": str(number), "created_at": number * DAY, **changes})


def test_old_runs_beyond_the_newest_go_oldest_first():
    rows = [row(number) for number in range(10)]
    assert [one.id for one in outdated(rows, Rule(days=5, runs=2), 10 * DAY)] == ["0", "1", "2", "3", "4"]


def test_the_newest_stay_however_old():
    assert outdated([row(number) for number in range(3)], Rule(days=1, runs=3), 1000 * DAY) == []


def test_recent_runs_stay_however_many():
    assert outdated([row(number) for number in range(9)], Rule(days=100, runs=0), 10 * DAY) == []


def test_runs_at_work_favourites_and_parents_stay():
    rows = [
        row(1, state=RunState.RUNNING),
        row(2, tags=("favourite",)),
        row(3),
        row(4, parent_id="3"),
    ]
    assert [one.id for one in outdated(rows, Rule(days=1, runs=0), 100 * DAY)] == ["4"]


# --- other programs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "opened", "shown"),
    [
        ("linux", ["xdg-open", "{path}"], ["xdg-open", "{folder}"]),
        ("darwin", ["open", "{path}"], ["open", "-R", "{path}"]),
        ("win32", ["xdg-open", "{path}"], ["explorer", "/select,{path}"]),
    ],
)
def test_files_are_handed_to_the_systems_programs(tmp_path, monkeypatch, platform, opened, shown):
    monkeypatch.setattr("shutil.which", lambda name: None)
    path, started = tmp_path / "film.mp4", []
    path.write_text("")
    named = {"path": path, "folder": tmp_path}
    if platform != "win32":
        open_file(path, platform=platform, start=started.append)
        assert started.pop() == [word.format(**named) for word in opened]
    show_in_folder(path, platform=platform, start=started.append)
    assert started == [[word.format(**named) for word in shown]]


def test_a_file_manager_that_can_select_is_asked_first(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    started = []
    show_in_folder(tmp_path, platform="linux", start=started.append)
    assert started[0][0] == "gdbus"


def test_what_is_gone_is_not_opened(tmp_path):
    with pytest.raises(Fault, match="not there any more"):
        open_file(tmp_path / "none.mp4", start=print)


def test_a_missing_program_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Fault, match="xdg-open is not installed"):
        open_file(tmp_path, platform="linux")


def answer(code, text=""):
    return lambda command: subprocess.CompletedProcess(command, code, text, "")


def test_a_dialog_gives_a_folder(tmp_path):
    assert pick_folder("Folder", tmp_path, run=answer(0, "/data\n"), which=lambda name: name == "zenity").as_posix() == "/data"


@pytest.mark.parametrize(("which", "code"), [(lambda name: True, 1), (lambda name: None, 0)])
def test_a_dialog_that_was_left_gives_none(tmp_path, which, code):
    assert pick_folder("Folder", tmp_path, run=answer(code), which=which) is None


def test_a_dialog_begins_at_a_folder_that_exists(tmp_path):
    asked = []

    def run(command):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    pick_target("File", tmp_path / "gone" / "deep", "a.zip", run=run, which=lambda name: None)
    assert asked[0][-2:] == [str(tmp_path), "a.zip"]


def test_without_any_dialog_the_path_can_be_typed(tmp_path):
    with pytest.raises(NoPicker, match="type the path"):
        pick_folder("Folder", tmp_path, run=answer(1), which=lambda name: None)


# --- evaluations ------------------------------------------------------------------------------------------------------


def test_an_evaluation_gives_its_card(tmp_path):
    said = "a line before\n" + json.dumps({"scores": [1.0, 3.0], "mean": 2.0, "best": 3.0, "worst": 1.0})
    asked = []

    def run(command, environment):
        asked.append((command, environment["RETROML_HOME"]))
        return subprocess.CompletedProcess(command, 0, said, "")

    card = evaluate(tmp_path, "mine", episodes=2, run=run)
    assert (card.mean, card.episodes) == (2.0, 2)
    assert asked[0][0][-4:] == ["--episodes", "2", "--seed", "0"]
    assert asked[0][1] == str(tmp_path)


@pytest.mark.parametrize(
    ("code", "out", "err", "words"),
    [
        (1, "", "warning\nthere is no model\n", "there is no model"),
        (3, "", "", "ended with code 3"),
        (0, "nothing", "", "gave no card"),
        (0, "{}", "", "gave no card"),
    ],
)
def test_an_evaluation_that_fails_says_why(tmp_path, code, out, err, words):
    with pytest.raises(Fault, match=words):
        evaluate(tmp_path, "mine", run=lambda command, env: subprocess.CompletedProcess(command, code, out, err))


# --- films in the making ----------------------------------------------------------------------------------------------


class Making:
    """A film process that says what it was told to."""

    def __init__(self, outcome, jobs=None):
        self.outcome, self.seen = outcome, jobs
        self.cancelled = self.interrupted = False

    def follow(self, progress):
        progress(FilmProgress(renderer="timelapse", fraction=0.5, doing="drawing", seconds_left=3.0))
        self.half = self.seen() if self.seen else None
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def cancel(self):
        self.cancelled = True

    def interrupt(self):
        self.interrupted = True

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


def test_a_film_in_the_making_shows_how_far_it_is(make_run):
    process = Making("film")
    jobs = FilmJobs(lambda run, renderer, options: process)
    process.seen = lambda: jobs.jobs
    assert jobs.make(make_run(), "timelapse") == "film"
    assert (process.half[0].fraction, process.half[0].doing) == (0.5, "drawing")
    assert jobs.jobs == []


def test_a_film_that_failed_says_why_until_it_is_dismissed(make_run):
    jobs = FilmJobs(lambda run, renderer, options: Making(FilmError("no tape")))
    assert jobs.make(make_run(), "timelapse") is None
    assert jobs.jobs[0].error == "no tape"
    jobs.cancel(jobs.jobs[0].number)
    assert jobs.jobs == []


def test_a_cancelled_film_leaves_nothing(make_run):
    process = Making(FilmCancelled())
    jobs = FilmJobs(lambda run, renderer, options: process)
    process.seen = lambda: jobs.cancel(1)
    assert jobs.make(make_run(), "timelapse") is None
    assert process.cancelled
    assert jobs.jobs == []


def test_the_end_of_the_app_interrupts_films_and_they_keep_their_parts(make_run):
    process = Making(FilmCancelled())
    jobs = FilmJobs(lambda run, renderer, options: process)
    process.seen = jobs.close
    assert jobs.make(make_run(), "timelapse") is None
    assert (process.interrupted, process.cancelled) == (True, False)


# --- problems ---------------------------------------------------------------------------------------------------------


def test_problems_are_read_as_they_come(make_run):
    run, log = make_run(), None
    log = EventLog(run.events_folder, 1)
    reader = ProblemReader(run.events_folder)

    def say(seq, message):
        data = ProblemFound(message=message, severity="warning")
        log.write(Event(seq=seq, t=0.0, attempt=1, type=data.TYPE, step=0, data=data.as_dict()))
        log.flush()

    assert reader.read() == ()
    say(1, "one")
    assert reader.read() == ("one",)
    say(2, "two")
    assert reader.read() == ("one", "two")
    log.close()
