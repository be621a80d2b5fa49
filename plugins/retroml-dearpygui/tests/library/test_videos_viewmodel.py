"""All films, without a window."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
from retroml_dearpygui.services.film_jobs import FilmJobs
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.viewmodels.videos import VideosViewModel
from retroml_dearpygui.viewmodels.wording import size

from retroml_core.events import Event, FilmProgress
from retroml_core.files import write_json
from retroml_core.filming import FilmError
from retroml_core.films.options import FilmOptions
from retroml_core.runs.eventlog import encode
from retroml_core.runs.state import status_json


@pytest.fixture
def videos(desk):
    """The films, as there were when the page was opened."""
    made = VideosViewModel(desk, spawn=lambda do: do())
    yield made
    made.player.shut_down()


@pytest.fixture
def three(make_run, make_film):
    """Films of three days and sizes."""
    run = make_run()
    return [
        make_film(run, "beta", created_at="2026-11-21T10:00:00+00:00", size=3000),
        make_film(run, "Alpha", created_at="2026-11-23T10:00:00+00:00", size=2000, label="Zulu"),
        make_film(run, "gamma", created_at="2026-11-22T10:00:00+00:00", size=1000),
    ]


def names(videos):
    return [film.path.stem for film in videos.films]


def test_no_films_are_no_problem(videos):
    videos.tick()
    assert (videos.loaded, videos.films, videos.problem) == (True, [], "")


def test_a_data_folder_that_went_away_is_told_until_it_is_back(videos, three, app, clock):
    videos.tick()
    away = app.root.path.with_name("away")
    app.root.path.rename(away)
    clock.pass_by(60)
    videos.tick()
    assert " is gone: connect its disk" in videos.problem
    away.rename(app.root.path)
    clock.pass_by(60)
    videos.tick()
    assert (videos.problem, len(videos.films)) == ("", 3)


def test_looking_again_when_nothing_changed_draws_nothing_anew(videos, three, clock):
    videos.tick()
    before = videos.version
    clock.pass_by(60)
    videos.tick()
    assert videos.version == before


@pytest.mark.parametrize(
    ("order", "descending", "wanted"),
    [
        ("date", True, ["Alpha", "gamma", "beta"]),
        ("date", False, ["beta", "gamma", "Alpha"]),
        ("name", False, ["beta", "gamma", "Alpha"]),
        ("name", True, ["Alpha", "gamma", "beta"]),
        ("size", True, ["beta", "Alpha", "gamma"]),
        ("size", False, ["gamma", "Alpha", "beta"]),
    ],
)
def test_films_are_sorted_either_way(videos, three, order, descending, wanted):
    videos.tick()
    videos.sort(order, descending)
    assert names(videos) == wanted


def test_the_order_is_remembered(desk, videos):
    videos.sort("size", False)
    again = VideosViewModel(desk)
    assert (again.order, again.descending) == ("size", False)


def test_words_find_films_by_name_game_and_kind(videos, three):
    videos.tick()
    for words, count in (("zulu", 1), ("tiny", 3), ("timelapse tiny", 3), ("pong", 0)):
        videos.set_text(words)
        assert len(videos.films) == count


def test_a_film_is_called_by_its_name_else_by_what_it_shows(videos, three):
    videos.tick()
    assert {videos.title(film) for film in videos.films} == {"Zulu", "Tiny, timelapse"}


def test_a_new_name_is_kept(videos, three):
    videos.tick()
    videos.rename(videos.films[0], "My best")
    assert "My best" in [videos.title(film) for film in videos.films]
    assert "My-best" in names(videos)


def test_a_name_that_cannot_be_is_told(videos, three, front):
    videos.tick()
    videos.rename(videos.films[0], "???")
    assert "letters or digits" in front.toasts[-1][1]


def test_deleting_asks_and_can_be_undone(videos, three, front):
    videos.tick()
    film = videos.films[0]
    videos.delete(film)
    assert len(videos.films) == 3
    front.answer()
    assert film.path.stem not in names(videos)
    assert not film.path.exists()
    front.undos.pop()()
    assert film.path.stem in names(videos)


def test_a_film_is_played_and_left(videos, three):
    videos.tick()
    videos.play(videos.films[0])
    assert videos.playing.path == videos.player.path
    videos.stop()
    assert (videos.playing, videos.player.path) == (None, None)


def test_a_film_is_let_go_of_with_the_app(videos, three):
    videos.tick()
    videos.play(videos.films[0])
    videos.close()
    assert (videos.player.path, videos.player.playing) == (None, False)


def test_the_question_before_a_film_is_deleted_names_file_and_size(videos, three, front):
    videos.tick()
    film = videos.films[0]
    videos.delete(film)
    assert f"The file {film.path.name} ({size(film.size_bytes)}) goes to the trash" in front.questions[-1].text


def test_deleting_what_is_played_stops_it(videos, three, front):
    videos.tick()
    videos.play(videos.films[0])
    videos.delete(videos.films[0])
    front.answer()
    assert videos.playing is None


def test_a_film_is_asked_for_by_its_path(videos, three):
    videos.play_path(str(three[1].path))
    assert videos.playing.path == three[1].path


def test_a_path_without_a_film_is_told(videos, front):
    videos.play_path("/gone/film.mp4")
    assert front.toasts[-1][0] == "This film is not there any more"


def test_the_path_goes_to_the_clipboard(videos, three, front):
    videos.copy_path(three[0])
    assert front.clipboard == str(three[0].path)


def test_facts_say_what_a_film_shows(videos, three):
    facts = dict(videos.facts(three[0]))
    assert (facts["Game"], facts["Highest score shown"], facts["Picture"]) == ("Tiny", "5", "64 x 48, 10 a second")


def test_a_film_has_a_still_picture(videos, three):
    seen, missing = [], []
    videos.thumbnail(three[0], seen.append, lambda: missing.append(1))
    assert seen[0].shape == (216, 384, 3)
    three[0].path.write_bytes(b"broken")
    videos.thumbnail(three[0], seen.append, lambda: missing.append(1))
    assert (len(seen), missing) == (1, [1])


@pytest.fixture
def filming(videos, make_run, at_work):
    """`filming(*said)` is a run whose own process makes films and has said this of them, as events."""

    def work(*said):
        run = make_run()
        at_work(run)
        status = dataclasses.replace(run.status(), activity="film timelapse: 40%")
        write_json(run.folder / "state.json", status_json(status))
        for seq, progress in enumerate(said, 1):
            data = dataclasses.asdict(progress)
            event = Event(seq=seq, t=0.0, attempt=1, type=progress.TYPE, step=0, data=data)
            with (run.events_folder / "0001.jsonl").open("ab") as file:
                file.write(encode(event) + b"\n")
        videos.desk.app.index.sync()
        videos.tick()
        return run

    return work


def test_films_that_a_training_makes_are_shown_with_how_far_they_are(videos, filming):
    filming(
        FilmProgress(renderer="timelapse", fraction=0.1, doing="choosing"),
        FilmProgress(renderer="timelapse", fraction=0.4, doing="drawing", seconds_left=12.0),
    )
    (work,) = videos.working
    assert (work.fraction, work.seconds_left, work.words) == (0.4, 12.0, "timelapse: drawing")


@pytest.mark.parametrize("said", [(), (FilmProgress(renderer="final_run", fraction=1.0, doing="done"),)])
def test_what_was_said_of_another_film_does_not_count(videos, filming, said):
    filming(*said)
    assert [(work.fraction, work.seconds_left) for work in videos.working] == [(0.0, None)]


def test_a_training_is_told_to_make_no_more_films_after_a_question(videos, filming, front, monkeypatch):
    run, told = filming(), []
    monkeypatch.setattr(RunCommands, "stop", lambda self, run_id: told.append(run_id))
    videos.stop_working(videos.working[0])
    assert told == []
    front.answer()
    assert told == [run.id]


class Fake:
    """A film process with an outcome; `heard` is what it was told."""

    def __init__(self, outcome, meanwhile=lambda: None):
        self.outcome, self.meanwhile = outcome, meanwhile
        self.heard = []

    def follow(self, progress):
        self.progress = progress
        self.meanwhile()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def pause(self):
        self.heard.append("pause")

    def resume(self):
        self.heard.append("resume")

    def cancel(self):
        self.heard.append("cancel")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


FILM = SimpleNamespace(sidecar={"label": "New"}, run_id="", renderer="", existed=False)


def making(desk, outcome, asked):
    def start(run, renderer, options):
        asked.append((run.id, renderer, options))
        return Fake(outcome)

    return VideosViewModel(desk, jobs=FilmJobs(start), spawn=lambda do: do())


def wish_for(videos, run_id, length="60"):
    videos.wish.ask(run_id)
    videos.wish.choose_renderer("timelapse")
    videos.wish.length = length
    videos.wish.make()


def test_a_film_is_made_and_told(desk, front, trained):
    asked = []
    videos = making(desk, FILM, asked)
    wish_for(videos, trained.id, "match")
    assert [(run_id, renderer, options.length) for run_id, renderer, options in asked] == [(trained.id, "timelapse", "match")]
    assert front.toasts[-1][:2] == ("Your film is ready", "New")
    assert not videos.wish.asking


@pytest.mark.parametrize("length", ["soon", "-3", "0", ""])
def test_a_wrong_length_is_told_and_nothing_is_made(desk, trained, length):
    asked = []
    videos = making(desk, None, asked)
    wish_for(videos, trained.id, length)
    assert "give seconds" in videos.wish.problem
    assert (asked, videos.wish.asking) == ([], True)


def test_a_film_of_no_run_is_not_made(desk):
    videos = making(desk, None, [])
    wish_for(videos, "")
    assert videos.wish.problem == "Choose a run."


def test_a_film_that_fails_stays_with_its_reason(desk, trained):
    videos = making(desk, FilmError("no tape"), [])
    wish_for(videos, trained.id)
    assert [job.error for job in videos.jobs] == ["no tape"]
    videos.cancel(videos.jobs[0].number)
    assert videos.jobs == []


def test_a_film_that_failed_is_tried_again_with_the_same_wishes(desk, front, trained):
    outcomes, asked = [FilmError("the disk is full"), FILM], []

    def start(run, renderer, options):
        asked.append((run.id, renderer, options))
        return Fake(outcomes.pop(0))

    videos, told = VideosViewModel(desk, jobs=FilmJobs(start), spawn=lambda do: do()), []
    videos.begin(trained, "timelapse", FilmOptions(length="7"), "Game 3", told.append)
    videos.again(videos.jobs[0].number)
    assert asked[0] == asked[1] == (trained.id, "timelapse", FilmOptions(length="7"))
    assert (videos.jobs, told, front.toasts[-1][0]) == ([], [None, FILM], "Your film is ready")


def test_what_did_not_fail_is_not_begun_twice(desk, trained):
    began = []
    videos = VideosViewModel(desk, jobs=FilmJobs(lambda *wish: began.append(wish)), spawn=lambda do: None)
    videos.begin(trained, "timelapse", FilmOptions())
    videos.again(videos.jobs[0].number)
    assert began == []
    assert [job.error for job in videos.jobs] == [""]


def test_a_film_rests_and_goes_on_and_says_when_it_really_does(desk, trained):
    seen = []

    def meanwhile():
        number = videos.jobs[0].number
        progress = FilmProgress(renderer="timelapse", fraction=0.4, doing="drawing", seconds_left=9.0)
        for do, said in (
            (lambda: None, progress),
            (lambda: videos.pause(number), progress),
            (lambda: None, dataclasses.replace(progress, doing="paused", seconds_left=None)),
            (lambda: videos.resume(number), None),
            (lambda: None, progress),
        ):
            do()
            if said is not None:
                process.progress(said)
            seen.append((videos.jobs[0].paused, videos.jobs[0].words))

    process = Fake(FILM, meanwhile)
    videos = VideosViewModel(desk, jobs=FilmJobs(lambda *_: process), spawn=lambda do: do())
    videos.begin(trained, "timelapse", FilmOptions())
    assert process.heard == ["pause", "resume"]
    assert seen == [(False, "drawing"), (True, "pausing"), (True, "paused"), (False, "going on"), (False, "drawing")]


def test_a_film_cancelled_before_it_begins_is_never_begun(desk, trained):
    later, began = [], []
    videos = VideosViewModel(desk, jobs=FilmJobs(lambda *wish: began.append(wish)), spawn=later.append)
    videos.begin(trained, "timelapse", FilmOptions())
    videos.cancel(videos.jobs[0].number)
    later[0]()
    assert (videos.jobs, began) == ([], [])
