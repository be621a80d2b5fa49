import json

import numpy as np
import pytest

from retroml_core.algorithm import Decision
from retroml_core.environment import EnvInfo
from retroml_core.live import LiveView, live_file
from retroml_core.runs.control import Mailbox
from retroml_core.training.broadcast import MOMENTS_A_SECOND, Broadcast

INFO = EnvInfo(game="tiny", observation_shape=(2, 4, 6), actions=("NOOP", "LEFT", "RIGHT"), frames_per_step=4)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Games:
    def __init__(self, count):
        self.count = count

    def open_games(self):
        return np.arange(self.count) * 10.0, np.arange(self.count)


@pytest.fixture
def run(make_run):
    return make_run()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def troubles():
    return []


@pytest.fixture
def make_broadcast(run, clock, troubles):
    made = []

    def make(attempt=1):
        made.append(Broadcast(live_file(run.folder), INFO, attempt, troubles.append, clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


def plain(actions):
    return Decision(actions=actions)


def show(broadcast, step=0, count=3, decided=plain, environment=None, lit=7):
    obs = np.zeros((count, *INFO.observation_shape), np.uint8)
    obs[:, -1] = lit
    obs[:, -1, 0, 0] = np.arange(count)
    broadcast.show(step, obs, np.arange(count) % 3, decided, environment or Games(count))


# --- who pays -----------------------------------------------------------------------------------------------------------


def test_nothing_is_written_while_nobody_watches(run, make_broadcast):
    broadcast = make_broadcast()
    assert not broadcast.on
    show(broadcast)
    assert not live_file(run.folder).parent.exists()


def test_a_wish_to_watch_ends_by_itself(make_broadcast, clock):
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    clock.now += 5.9
    show(broadcast)
    assert broadcast.on
    clock.now += 0.2
    show(broadcast)
    assert not broadcast.on


def test_the_viewer_who_watches_longest_counts(make_broadcast, clock):
    broadcast = make_broadcast()
    assert broadcast.admit(100.0)
    assert not broadcast.admit(6.0)
    clock.now += 50
    show(broadcast)
    assert broadcast.on


def test_moments_come_no_faster_than_people_see(run, make_broadcast, clock):
    broadcast = make_broadcast()
    broadcast.admit(100.0)
    for step in range(1000):
        show(broadcast, step=step)
        clock.now += 1 / 500
    moment = LiveView(run).read()
    assert MOMENTS_A_SECOND * 1.8 < moment.sequence <= MOMENTS_A_SECOND * 2 + 1


# --- what is seen -------------------------------------------------------------------------------------------------------


def test_what_the_agents_see_and_do_arrives(run, make_broadcast):
    broadcast = make_broadcast(attempt=3)
    broadcast.admit(6.0)
    show(broadcast, step=4096)
    moment = LiveView(run).read()
    assert (moment.step, moment.attempt, moment.sequence) == (4096, 3, 1)
    assert moment.frames.shape == (3, 4, 6)
    assert moment.frames[:, 0, 0].tolist() == [0, 1, 2]
    assert (moment.frames[:, 1:] == 7).all()
    assert moment.actions.tolist() == [0, 1, 2]
    assert moment.action_names == INFO.actions
    assert moment.scores.tolist() == [0.0, 10.0, 20.0]
    assert moment.lengths.tolist() == [0, 1, 2]


def test_probabilities_and_values_arrive_where_there_are_any(run, make_broadcast):
    chances = np.array([[0.5, 0.25, 0.25]] * 3, np.float32)
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast, decided=lambda a: Decision(actions=a, probabilities=chances, values=np.array([1, 2, 3], np.float32)))
    moment = LiveView(run).read()
    assert (moment.probabilities == chances).all()
    assert moment.values.tolist() == [1.0, 2.0, 3.0]


def test_what_an_algorithm_does_not_know_is_none(run, make_broadcast):
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast, environment=object())
    moment = LiveView(run).read()
    assert (moment.probabilities, moment.values, moment.scores, moment.lengths) == (None, None, None, None)


def test_at_most_sixty_four_environments_are_shown(run, make_broadcast):
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast, count=70)
    assert LiveView(run).read().frames.shape == (64, 4, 6)


def test_a_moment_is_read_once(run, make_broadcast, clock):
    broadcast, view = make_broadcast(), LiveView(run)
    broadcast.admit(6.0)
    show(broadcast)
    assert view.read().sequence == 1
    assert view.read() is None
    clock.now += 1
    show(broadcast)
    assert view.read().sequence == 2


def test_a_later_attempt_goes_on_in_the_same_file(run, make_broadcast):
    view = LiveView(run)
    for attempt in (1, 2):
        broadcast = make_broadcast(attempt)
        broadcast.admit(6.0)
        show(broadcast, step=attempt)
        broadcast.close()
        moment = view.read()
        assert (moment.sequence, moment.attempt, moment.step) == (attempt, attempt, attempt)


# --- what may go wrong --------------------------------------------------------------------------------------------------


def test_before_anything_was_shown_there_is_nothing_to_read(run):
    assert LiveView(run).read() is None


@pytest.mark.parametrize("content", [b"", b"RMLLIVE1", b"something else entirely, longer than the front of the file"])
def test_a_file_that_is_none_of_ours_is_nothing_to_read(run, content):
    live_file(run.folder).parent.mkdir()
    live_file(run.folder).write_bytes(content)
    assert LiveView(run).read() is None


@pytest.mark.parametrize("content", [b"", b"something else entirely, longer than the front of the file"])
def test_a_file_that_is_none_of_ours_is_written_anew(run, make_broadcast, content):
    live_file(run.folder).parent.mkdir()
    live_file(run.folder).write_bytes(content)
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast)
    assert LiveView(run).read().sequence == 1


def test_a_moment_that_is_only_half_there_is_not_shown(run, make_broadcast):
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast, step=1)
    whole = live_file(run.folder).read_bytes()
    live_file(run.folder).write_bytes(whole[:-8] + bytes(8))
    assert LiveView(run).read() is None


def test_a_moment_being_written_leaves_the_one_before_readable(run, make_broadcast, clock):
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast, step=1)
    before = live_file(run.folder).read_bytes()
    clock.now += 1
    show(broadcast, step=2)
    after = live_file(run.folder).read_bytes()
    live_file(run.folder).write_bytes(before[:16] + after[16:])
    assert LiveView(run).read().step == 1


def test_a_disk_that_takes_nothing_is_said_once_and_ends_the_view(run, make_broadcast, clock, troubles):
    live_file(run.folder).parent.write_text("a file where a folder is needed", encoding="utf-8")
    broadcast = make_broadcast()
    broadcast.admit(6.0)
    show(broadcast)
    broadcast.admit(6.0)
    show(broadcast)
    assert not broadcast.on
    assert len(troubles) == 1
    assert "live view" in troubles[0]


# --- the wish to watch --------------------------------------------------------------------------------------------------


def test_watching_leaves_one_wish_that_is_taken_back(run, wait_until):
    with LiveView(run).watch():
        (wish,) = wait_until(lambda: list(run.control_folder.glob("watch-*.json")))
        asked = json.loads(wish.read_text(encoding="utf-8"))
        assert (asked["verb"], asked["id"]) == ("watch", wish.stem)
    assert not list(run.control_folder.iterdir())


def test_a_wish_that_was_taken_is_renewed(run, wait_until, monkeypatch):
    monkeypatch.setattr("retroml_core.live.RENEW_SECONDS", 0.01)
    mailbox = Mailbox(run.control_folder)
    with LiveView(run).watch():
        for _ in range(2):
            (command,) = wait_until(mailbox.take)
            assert (command.verb, command.fault) == ("watch", "")


def test_a_training_that_is_watched_shows_real_play(make_run, train, command):
    run = make_run(learner={}, steps=640)
    view, moments = LiveView(run), []

    def look(control):
        control.watch(60.0)
        moments.append(view.read())

    train(run, dict.fromkeys(range(1, 100), look))
    seen = [moment for moment in moments if moment is not None]
    assert seen
    assert seen[0].frames.shape == (4, 32, 32)
    assert seen[0].step % 4 == 0
    assert {0, 128, 255} == set(np.unique(seen[0].frames).tolist())


def test_a_training_that_is_watched_ends_as_one_that_is_not(make_run, train):
    alone, watched = make_run(learner={}, steps=640), make_run(learner={}, steps=640)
    train(alone)
    train(watched, dict.fromkeys(range(1, 100), lambda control: control.watch(60.0)))
    digests = [[e.data["parameters"] for e in run.events({"fingerprint"})] for run in (alone, watched)]
    assert live_file(watched.folder).exists()
    assert digests[0] == digests[1] != []
