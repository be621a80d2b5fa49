import pytest

from retroml_core.events import FilmProgress
from retroml_core.filming import FilmCancelled, FilmError
from retroml_core.films.film import Film
from retroml_core.schema import FilmConfig
from retroml_core.training.finishing import make_films


class FakeProcess:
    """A film in the making: says `words`, then is done or raises `error`."""

    def __init__(self, error=None):
        self.error = error
        self.cancelled = False

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return None

    def interrupt(self):
        self.cancelled = True

    def follow(self, progress):
        progress(FilmProgress(renderer="timelapse", fraction=0.5, doing="drawing"))
        if self.cancelled:
            raise FilmCancelled("no")
        if self.error is not None:
            raise self.error
        return Film(
            path=None, name="x.mp4", renderer="timelapse", run_id="r", seconds=60.0, size_bytes=9, created_at="", sidecar={}
        )


@pytest.fixture
def films(make_run, attempt_at, app, monkeypatch):
    """Makes the films of a run whose environment keeps a tape, with these processes; the run and what `make_films` said."""
    import dataclasses

    def make(*processes, taped=True, plan=None):
        if taped:
            spec = app.registry.environments["catch"]
            monkeypatch.setitem(app.registry.environments, "catch", dataclasses.replace(spec, tape="some:tape"))
        waiting = iter(processes)
        monkeypatch.setattr("retroml_core.films.process.start_film", lambda run, renderer: next(waiting))
        run = make_run(film=FilmConfig(renderers=["timelapse", "final_run"]))
        with attempt_at(run, plan) as attempt:
            return run, make_films(attempt), attempt

    return make


def kinds(run):
    return [event.type for event in run.events() if event.type != "run_state"]


def test_films_are_made_one_after_the_other_with_progress(films):
    run, done, attempt = films(FakeProcess(), FakeProcess())
    assert done
    assert kinds(run) == ["film_progress", "film_saved"] * 2
    assert attempt.state.status.activity == ""


def test_a_film_that_fails_is_a_problem_and_the_next_is_made(films):
    run, done, _ = films(FakeProcess(FilmError("the tape is empty")), FakeProcess())
    assert done
    assert kinds(run) == ["film_progress", "problem", "film_progress", "film_saved"]
    assert "film timelapse was not made: the tape is empty" in next(run.events({"problem"})).data["message"]


def test_a_process_that_cannot_be_started_is_a_problem(films):
    run, done, _ = films(FakeProcess(OSError("no such program")), FakeProcess())
    assert done
    assert kinds(run)[1] == "problem"


def test_a_stop_interrupts_the_film_and_those_after_it(films):
    run, done, _ = films(FakeProcess(), FakeProcess(), plan={1: lambda control: control.request_stop("enough")})
    assert not done
    assert kinds(run) == ["film_progress"]


def test_without_a_tape_it_is_said_why(films):
    run, done, _ = films(taped=False)
    assert done
    assert next(run.events({"problem"})).data["message"] == "no films are made: Catch is too small to be worth a film"
