"""Following a run: what is shown, and how it ends."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from rich.console import Console

from retroml_core.events import (
    CheckpointSaved,
    EpisodeFinished,
    FilmProgress,
    FilmSaved,
    ProblemFound,
    RunState,
    RunStateChanged,
)
from retroml_core.files import write_json
from retroml_core.index import Index
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.control import Mailbox
from retroml_core.terminal.pacing import SHORTEST_SECONDS
from retroml_core.terminal.progress import GRACE_SECONDS, Follower, follow, process_exists, title_of
from retroml_core.terminal.progress_view import LOG_LINES
from retroml_core.terminal.wording import count, duration, percent, score, short_ids, sparkline, state_words

FIGURES = {"step": 1_204_000, "episodes": 812, "steps_per_second": 3456.7, "mean_score": 31.25, "best_score": 64.0}


class Screen:
    """A follower with a console of text and a clock that the test moves."""

    def __init__(self, run, *, terminal=False, attempt=0, at_work=True):
        self.output = io.StringIO()
        self.now = 0.0
        console = Console(file=self.output, force_terminal=terminal, width=100, color_system=None, legacy_windows=False)
        self.follower = Follower(run, console, attempt=attempt, clock=lambda: self.now, at_work=lambda _: at_work)
        self.display = self.follower.display()
        self.display.__enter__()
        self.text()

    def text(self):
        """What was written since the last call."""
        found = self.output.getvalue()
        self.output.seek(0)
        self.output.truncate()
        return found

    def look(self, after=0.0):
        """Look once, `after` seconds later; the exit code."""
        self.now += after
        return self.follower.look()

    def close(self):
        """End the display."""
        if self.display is not None:
            self.display.__exit__(None, None, None)
            self.display = None

    def finish(self, code):
        """The last word."""
        self.close()
        self.text()
        self.follower.finish(code)
        return self.text()


@pytest.fixture
def fake(make_run):
    return make_run(game="ms_pacman")


@pytest.fixture
def make_screen(fake):
    made = []

    def make(**options):
        made.append(Screen(fake.run, **options))
        return made[-1]

    yield make
    for screen in made:
        screen.close()


@pytest.fixture
def screen(make_screen):
    return make_screen()


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (245, "4 min 05 s"),
        (7800, "2 h 10 min"),
        (273_700, "3 d 4 h"),
        (-1, "0 s"),
        (None, "?"),
        (float("nan"), "?"),
        (float("inf"), "?"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(31.25, "31.2"), (64.0, "64"), (-3.5, "-3.5"), (12_345.6, "12,346"), (None, "-"), (float("nan"), "-")],
)
def test_scores(value, words):
    assert score(value) == words


@pytest.mark.parametrize(("fraction", "words"), [(0.0, "0 %"), (0.999, "99 %"), (1.0, "100 %"), (1.7, "100 %"), (-1, "0 %")])
def test_percentages_reach_100_only_at_the_end(fraction, words):
    assert percent(fraction) == words


def test_counts():
    assert count(1_204_000.4) == "1,204,000"


def test_every_state_has_words():
    assert all(state_words(state) for state in RunState)


def test_a_sparkline_rises_with_its_values():
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([3, 3]) == "▁▁"
    assert sparkline([0, float("nan"), 7]) == "▁ █"
    assert sparkline([]) == ""


def test_short_ids_tell_runs_apart():
    ids = ["20261123t041502-a-x", "20261123t041502-a-y", "20261123t041503-a-x"]
    assert short_ids(ids) == {ids[0]: ids[0], ids[1]: ids[1], ids[2]: "20261123t041503"}


def test_a_title_is_the_name_or_what_is_trained(make_run):
    assert title_of(make_run(1, game="ms_pacman").run) == "Ms Pacman with ppo"
    assert title_of(make_run(2, name="Mine").run) == "Mine"


# --- piped ------------------------------------------------------------------------------------------------------------


def test_a_line_says_all_that_matters(screen, fake, at_work):
    at_work(fake, fraction=0.425, seconds_left=90.0, **FIGURES)
    assert screen.look() is None
    expected = "training: 42 %, 1,204,000 steps, 3,457 steps/s, 812 episodes, mean score 31.2, best 64, 1 min 30 s left\n"
    assert screen.text() == expected


def test_lines_come_every_ten_seconds(screen, fake, at_work):
    at_work(fake)
    screen.look()
    screen.text()
    at_work(fake, step=5)
    screen.look(after=SHORTEST_SECONDS - 0.1)
    assert screen.text() == ""
    screen.look(after=0.2)
    assert screen.text().startswith("training:")


def test_a_run_that_rests_is_told_once(screen, fake, at_work):
    at_work(fake, state=RunState.PAUSED)
    screen.look()
    assert screen.text().startswith("paused:")
    screen.look(after=100.0)
    assert screen.text() == ""


def test_a_change_of_state_is_told_at_once(screen, fake, at_work):
    at_work(fake)
    screen.look()
    screen.text()
    at_work(fake, state=RunState.PAUSED)
    assert screen.look(after=0.1) is None
    assert screen.text().startswith("paused:")


def test_problems_are_told_once_with_metric_step_and_advice(screen, fake, at_work):
    at_work(fake)
    fake.say(
        ProblemFound(message="the loss is not a number", severity="error", hint="lower it", metric="loss/value"), step=1234
    )
    screen.look()
    screen.look()
    assert screen.text().count("error at step 1,234 [loss/value]: the loss is not a number (lower it)\n") == 1


def test_films_are_shown_in_the_making(screen, fake, at_work):
    at_work(fake, fraction=1.0, activity="film timelapse: 10%")
    fake.say(FilmProgress(renderer="timelapse", fraction=0.25, doing="drawing", seconds_left=30.0), step=5)
    screen.look()
    assert screen.text().startswith("making film timelapse: drawing: 25 %, ")
    fake.say(FilmSaved(renderer="timelapse", name="x.mp4", seconds=1.0, size_bytes=1), step=5)
    at_work(fake, activity="evaluating")
    screen.look(after=SHORTEST_SECONDS)
    assert screen.text().startswith("evaluating: ")


# --- on a terminal ----------------------------------------------------------------------------------------------------


def test_the_panel_shows_bar_figures_and_scores(make_screen, fake, at_work):
    screen = make_screen(terminal=True)
    at_work(fake, fraction=0.5, seconds=60.0, seconds_left=60.0, last_score=12.0, **FIGURES)
    screen.look()
    text = screen.text()
    for part in (
        "Ms Pacman with ppo",
        fake.run.id,
        "training",
        "50 %",
        "1 min 00 s left",
        "━" * 15,
        "1,204,000 steps  3,457 steps/s  812 episodes  1 min 00 s trained",
        "score 31.2 mean of the last 100 episodes  64 best  12 last",
    ):
        assert part in text


def test_the_panel_of_a_new_run_has_no_figures_yet(make_screen, fake):
    screen = make_screen(terminal=True)
    assert screen.look() is None
    assert "waiting for its process" in screen.text()


def test_the_bar_follows_the_film(make_screen, fake, at_work):
    screen = make_screen(terminal=True)
    at_work(fake, fraction=1.0)
    fake.say(FilmProgress(renderer="timelapse", fraction=0.25, doing="drawing", seconds_left=30.0), step=5)
    screen.look()
    text = screen.text()
    assert "making film timelapse: drawing" in text
    assert "25 %" in text
    assert "30 s left" in text


# --- ends -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "code", "head"),
    [
        (RunState.COMPLETED, 0, "Completed: Ms Pacman with ppo, 1,204,000 steps in 5 min 00 s: why\n"),
        (RunState.STOPPED, 0, "Stopped: Ms Pacman with ppo"),
        (RunState.FAILED, 1, "FAILED: Ms Pacman with ppo"),
        (RunState.INTERRUPTED, 1, "INTERRUPTED: Ms Pacman with ppo"),
    ],
)
def test_each_end_has_its_code_and_its_words(screen, fake, state, code, head):
    fake.status(state=state, seconds=300.0, attempt=1, reason="why", **FIGURES)
    assert screen.look() == code
    text = screen.finish(code)
    assert text.startswith(head)
    assert "Mean score of the last 100 episodes 31.2, best 64, 812 episodes." in text
    assert f"retroml show {fake.run.id}" in text


def test_the_films_are_named_with_their_path(screen, fake, monkeypatch):
    path = fake.run.videos_folder / "Film.mp4"
    path.write_bytes(b"film")
    from retroml_core.films.files import SIDECAR_FORMAT

    tree = {"renderer": "timelapse", "run_id": fake.run.id, "seconds": 1.0, "created_at": "2026-11-23T00:00:00+00:00"}
    write_json(path.with_suffix(".json"), {"format": SIDECAR_FORMAT, "version": 1, "file": path.name, **tree})
    fake.status(state=RunState.COMPLETED)
    assert f"Films:\n  {path}\n" in screen.finish(screen.look())


def test_only_what_makes_sense_is_offered_next(screen, fake):
    fake.run.tape_folder.mkdir()
    write_json(fake.run.folder / "tape" / "some.json", {})
    fake.status(state=RunState.COMPLETED, step=9)
    text = screen.finish(screen.look())
    assert f"retroml film {fake.run.id}" in text
    assert "retroml resume" not in text


@pytest.mark.parametrize(("taped", "step"), [(False, 9), (True, 0)])
def test_no_film_is_offered_of_what_was_not_taped(screen, fake, taped, step):
    fake.run.tape_folder.mkdir()
    if taped:
        write_json(fake.run.tape_folder / "some.json", {})
    fake.status(state=RunState.COMPLETED, step=step)
    assert "retroml film" not in screen.finish(screen.look())


def test_a_dead_process_is_noticed_and_its_last_words_shown(screen, fake):
    fake.status(state=RunState.RUNNING, attempt=1, pid=2**22 + 1, process_started=1.0, step=7)
    fake.run.log_file.write_text("\n".join(f"line {number}" for number in range(100)) + "\nKilled: out of memory\n")
    code = screen.look()
    text = screen.finish(code)
    assert code == 1
    assert text.startswith("INTERRUPTED: ")
    assert "  | Killed: out of memory\n" in text
    assert text.count("  | ") == LOG_LINES
    assert f"retroml resume {fake.run.id}" in text
    assert "There is no checkpoint yet." in text


def test_a_failure_names_the_last_good_checkpoint(screen, fake):
    store = CheckpointStore(fake.run.checkpoints_folder)
    for step in (50, 70):
        store.save(step, {"state": step}, {}, why="interval")
    damaged = fake.run.checkpoints_folder / f"{70:012d}" / "state.json"
    damaged.write_text("{}")
    fake.status(state=RunState.FAILED, step=80, reason="loss/value is nan at step 80")
    text = screen.finish(screen.look())
    assert "loss/value is nan at step 80" in text
    assert "Last good checkpoint: 000000000050 (step 50)." in text


@pytest.mark.parametrize(("attempt", "details", "log_shown"), [(1, "", False), (1, "Traceback ...", True), (2, "", True)])
def test_the_log_is_shown_unless_the_cause_of_this_attempt_is_known(screen, fake, attempt, details, log_shown):
    fake.say(ProblemFound(message="memory ran out", hint="lower x", details=details, severity="error"), step=80)
    fake.status(state=RunState.FAILED, step=80, reason="memory ran out", attempt=attempt)
    fake.run.log_file.write_text("Traceback (most recent call last):\n")
    text = screen.finish(screen.look())
    assert ("  | Traceback" in text) == log_shown
    assert ("What to do: lower x." in text) == (attempt == 1)


def test_a_process_that_never_begins_is_noticed(make_screen, fake):
    screen = make_screen(at_work=False)
    fake.run.log_file.write_text("ImportError: no such thing\n")
    assert screen.look() is None
    assert screen.look(after=GRACE_SECONDS + 0.1) == 1
    text = screen.finish(1)
    assert "ended before it began to train" in text
    assert "ImportError: no such thing" in text
    assert "retroml doctor" in text


def test_a_folder_that_is_gone_is_said_once_and_waited_for(screen, fake, at_work):
    at_work(fake, step=80)
    experiments = fake.run.folder.parent
    aside = experiments.rename(experiments.with_name("aside"))
    assert screen.look() is None
    assert screen.look() is None
    assert screen.text().count("is gone: put it back") == 1
    aside.rename(experiments)
    assert screen.look(after=SHORTEST_SECONDS) is None
    assert "80 steps" in screen.text()


def test_a_folder_that_is_gone_can_be_left(screen, fake):
    fake.run.folder.parent.rename(fake.run.folder.parent.with_name("aside"))
    screen.follower.interrupt()
    assert screen.look() == 130


def test_a_folder_that_was_deleted_is_not_waited_for(screen, fake, at_work):
    at_work(fake)
    shutil.rmtree(fake.run.folder)
    assert screen.look() == 1
    screen.follower.finish(1)
    assert "was deleted or moved away" in screen.text()


def test_a_slow_start_is_waited_for(make_screen, fake):
    screen = make_screen(at_work=True)
    assert screen.look(after=GRACE_SECONDS * 100) is None


def test_an_earlier_attempts_end_is_not_the_end_of_a_resumed_run(make_screen, fake, at_work):
    fake.status(state=RunState.STOPPED, attempt=1)
    screen = make_screen(attempt=2)
    assert screen.look() is None
    assert screen.text().startswith("waiting for its process")
    at_work(fake, attempt=2)
    assert screen.look() is None
    fake.status(state=RunState.COMPLETED, attempt=2)
    assert screen.look() == 0


def test_events_of_earlier_attempts_are_not_told_again(make_screen, fake, at_work):
    fake.say(ProblemFound(message="old news"), step=1)
    screen = make_screen(attempt=2)
    fake.begin(resumed_from=0)
    fake.say(ProblemFound(message="fresh news"), step=1)
    at_work(fake, attempt=2)
    screen.look()
    text = screen.text()
    assert "fresh news" in text
    assert "old news" not in text


def test_everything_is_in_the_index_afterwards(screen, fake, root):
    fake.say(EpisodeFinished(number=1, environment=0, score=5.0, length=1, first_step=0, seconds=1.0), step=3)
    fake.say(CheckpointSaved(name="x", why="end", size_bytes=1), step=3)
    fake.say(RunStateChanged(state=RunState.COMPLETED), step=3)
    fake.status(state=RunState.COMPLETED, step=3)
    screen.finish(screen.look())
    index = Index.open(root)
    assert index.get(fake.run.id).state is RunState.COMPLETED
    assert index.curve(fake.run.id, "score").values.tolist() == [5.0]
    index.close()


def test_an_index_that_cannot_be_used_is_no_failure(screen, fake, root):
    root.database.mkdir()
    fake.status(state=RunState.COMPLETED)
    code = screen.look()
    assert code == 0
    assert "not in the index yet" in screen.finish(code)


# --- Ctrl+C and SIGTERM -----------------------------------------------------------------------------------------------


def commands(fake):
    return [command.verb for command in Mailbox(fake.run.control_folder).take()]


def test_ctrl_c_asks_to_stop_once_and_waits(screen, fake, at_work):
    at_work(fake)
    screen.follower.interrupt()
    assert screen.look() is None
    assert screen.look() is None
    assert commands(fake) == ["stop"]
    assert screen.text().startswith("stopping, saving a checkpoint:")
    fake.status(state=RunState.STOPPED)
    assert screen.look() == 0


def test_a_second_ctrl_c_leaves_the_run_to_itself(screen, fake, at_work):
    at_work(fake)
    screen.follower.interrupt()
    screen.look()
    screen.follower.interrupt()
    assert screen.look() == 130
    text = screen.finish(130)
    assert "goes on by itself in the background" in text
    assert f"retroml show {fake.run.id}" in text
    assert f"retroml stop {fake.run.id}" in text


def test_the_panel_says_what_ctrl_c_does_next(make_screen, fake, at_work):
    screen = make_screen(terminal=True)
    at_work(fake)
    screen.follower.interrupt()
    screen.look()
    assert "stopping, saving a checkpoint  (Ctrl+C again: leave it to itself)" in screen.text()


def test_sigterm_stops_and_asks_to_be_started_again(screen, fake, at_work):
    at_work(fake)
    screen.follower.terminate()
    assert screen.look() is None
    assert commands(fake) == ["stop"]
    fake.status(state=RunState.STOPPED)
    assert screen.look() == 75


def test_sigterm_does_not_wait_for_films(screen, fake, at_work):
    at_work(fake, state=RunState.STOPPING, activity="film timelapse: 3%")
    screen.follower.terminate()
    assert screen.look() == 75


def test_signals_are_given_back_afterwards(fake):
    fake.status(state=RunState.COMPLETED)
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert follow(fake.run, Console(file=io.StringIO())) == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


# --- with real processes ----------------------------------------------------------------------------------------------


def test_a_process_is_known_by_the_folder_it_was_started_for(fake):
    assert not process_exists(fake.run)
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", str(fake.run.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process_exists(fake.run)
        process.stdin.close()


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of Unix")
def test_ctrl_c_in_a_terminal_stops_a_real_training_with_a_checkpoint(app):
    import pty

    from retroml_core.runs.run import find_run

    settings = ["game=catch", "algorithm=random", "budget.steps=10000000", "film.renderers=[]", "evaluation.episodes=1"]
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "retroml_core", "--safe", *settings], {**os.environ, "TERM": "xterm"})
    shown = bytearray()
    deadline, pressed = time.monotonic() + 150, False
    while time.monotonic() < deadline:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if b"training" in shown and not pressed:
            os.write(terminal, b"\x03")
            pressed = True
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    text = shown.decode()
    assert code == 0, text
    run = find_run(app, "latest")
    assert run.status().state is RunState.STOPPED
    assert [kept.why for kept in run.checkpoints() if kept.full][-1] == "stop"
    assert "Stopped: Catch with random" in text
