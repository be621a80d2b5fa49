"""Travelling in time: the tape is played from near the moment asked for, and only the last wish counts."""

import dataclasses
import threading

import numpy as np
import pytest
from retroml_dearpygui.services.time_machine import TimeMachine, choose_episode, next_game

from retroml_core.runs.run import Run
from retroml_core.tape import Moment, TapedEpisode


def episode(number, first_step, length, environment=0):
    return TapedEpisode(
        number=number, stream="training", environment=environment, first_step=first_step, length=length, score=float(number),
        started_seconds=0.0, policy_version=0, finished=True, truncated=False, lives_lost=0, attempt=1,
    )  # fmt: skip


class FakeTape:
    """Plays pictures whose first pixel is the number of the episode."""

    def __init__(self, episodes):
        self.header = {"actions": ["NOOP", "FIRE"]}
        self._episodes = episodes
        self.closed = False

    def refresh(self):
        pass

    def episodes(self, stream="training"):
        return self._episodes

    def play(self, episode, *, first=0, last=None, view=None, progress=None):
        for index in range(first, episode.length):
            pixels = np.full((2, 2, 3), episode.number, np.uint8)
            yield Moment(
                index=index, step=episode.first_step + index, seconds=0.0, action=1, reward=0.0, score=float(index), lives=3,
                observation=pixels[:1], frames=[pixels],
            )  # fmt: skip

    def close(self):
        self.closed = True


@pytest.fixture
def tape():
    return FakeTape([episode(1, 0, 50), episode(2, 50, 50), episode(3, 100, 50)])


@pytest.fixture
def machine(tape):
    machine = TimeMachine(lambda run: tape)
    yield machine
    machine.close()


def shown(machine):
    """The next picture, waited for."""
    while (scene := machine.next()) is None:
        threading.Event().wait(0.001)
    return scene


def test_the_game_at_a_moment_is_played_from_that_moment_on(machine, tmp_path):
    machine.go(Run(tmp_path), 60)
    scene = shown(machine)
    assert (scene.episode, scene.index, scene.step, scene.action, scene.final_score) == (2, 10, 60, "FIRE", 2.0)
    assert shown(machine).index == 11


def test_play_goes_on_with_the_next_game(machine, tmp_path):
    machine.go(Run(tmp_path), 98)
    assert [shown(machine).episode for _ in range(4)] == [2, 2, 3, 3]


def test_only_the_last_wish_is_shown(machine, tmp_path):
    for step in (0, 60, 140):
        machine.go(Run(tmp_path), step)
    assert shown(machine).step == 140


class FarTape(FakeTape):
    """Its second game is never reached."""

    def __init__(self, episodes):
        super().__init__(episodes)
        self.on_the_way = threading.Event()

    def play(self, episode, *, progress, **how):
        while episode.number == 2:
            self.on_the_way.set()
            progress(0, 1)
        yield from super().play(episode, **how)


def test_a_moment_that_is_far_is_given_up_for_another(tmp_path):
    tape = FarTape([episode(1, 0, 50), episode(2, 50, 50)])
    machine = TimeMachine(lambda run: tape)
    machine.go(Run(tmp_path), 60)
    assert tape.on_the_way.wait(60)
    machine.go(Run(tmp_path), 10)
    assert shown(machine).step == 10
    machine.close()


def test_nothing_recorded_is_said_in_words(machine, tape, tmp_path):
    tape._episodes = []
    machine.go(Run(tmp_path), 60)
    assert shown(machine).problem == "Nothing can be shown of this moment: nothing was recorded yet."


def test_a_tape_that_cannot_be_opened_is_said_in_words(tmp_path):
    def refuse(run):
        raise ValueError("its ROM is not here")

    machine = TimeMachine(refuse)
    machine.go(Run(tmp_path), 60)
    assert "its ROM is not here" in shown(machine).problem
    machine.close()


def test_tapes_are_released(machine, tape, tmp_path):
    machine.go(Run(tmp_path), 0)
    shown(machine)
    machine.close()
    assert tape.closed


def test_of_several_games_at_once_the_one_begun_last_is_shown():
    # Two games side by side: each step of a game takes two steps of the run.
    side = [episode(1, 0, 400, 0), episode(2, 0, 100, 1), dataclasses.replace(episode(3, 200, 300, 1))]
    assert choose_episode(side, 300) == (2, 50)
    assert choose_episode(side, 0) == (1, 0)


def test_a_moment_between_games_shows_the_one_before():
    assert choose_episode([episode(1, 0, 10), episode(2, 100, 10)], 50) == (0, 0)


def test_after_a_game_the_next_one_of_the_same_player_is_shown():
    games = [episode(1, 0, 10, 0), episode(2, 0, 5, 1), episode(3, 10, 5, 1), episode(4, 20, 5, 0)]
    assert [next_game(games, place) for place in range(4)] == [3, 2, 4, 4]


class QuickFakeTape(FakeTape):
    """Knows that its first game is seen soonest."""

    def __init__(self, episodes):
        super().__init__(episodes)
        self.made_ready = 0

    def steps(self, stream="training"): ...
    def size_bytes(self): ...
    def actions(self, episode): ...
    def rewards(self, episode): ...
    def lives_lost(self, episode): ...
    def find(self, *, step=None, seconds=None, stream="training"): ...
    def verify(self, **how): ...
    def compare(self, other, **how): ...

    def soonest(self, step):
        if step > 60:
            raise LookupError("not here")
        return self._episodes[0], step

    def make_ready(self):
        self.made_ready += 1


@pytest.mark.parametrize(("step", "game"), [(30, 1), (70, 2)], ids=["a game is near", "none is"])
def test_the_tape_says_which_game_is_seen_soonest(step, game, tmp_path):
    tape = QuickFakeTape([episode(1, 0, 100), episode(2, 0, 100, 1)])
    machine = TimeMachine(lambda run: tape)
    machine.go(Run(tmp_path), step)
    assert shown(machine).episode == game
    machine.close()


def test_the_tape_is_made_ready_once_a_wish_while_somebody_looks(tmp_path):
    tape = QuickFakeTape([episode(1, 0, 100)])
    machine = TimeMachine(lambda run: tape)
    machine.go(Run(tmp_path), 0)
    assert [shown(machine).index for _ in range(30)] == list(range(30))
    assert tape.made_ready == 1
    machine.close()
