"""How much longer a run takes, on a clock that goes when it is told to."""

import random

import pytest
from retroml_dearpygui.services.time_left import Countdown, TimeLeft

from retroml_core.events import RunState
from retroml_core.runs.state import RunStatus

STEPS = 1_000_000


def config(*, renderers=(), length="60", episodes=0, **budget):
    return {
        "budget": budget,
        "film": {"renderers": list(renderers), "length": length},
        "evaluation": {"episodes": episodes},
    }


def status(seconds, steps, state=RunState.RUNNING, **more):
    return RunStatus(state=state, seconds=seconds, step=round(steps), **more)


class Training:
    """A run whose speed is `speed(seconds)`, looked at every so many seconds of training."""

    def __init__(self, speed, steps=STEPS, every=2.0):
        self.seconds = self.done = 0.0
        self._speed, self._steps, self._every = speed, steps, every
        self.countdown = Countdown(config(steps=steps))

    def looks(self):
        """(seconds trained, share done, time left) after every look."""
        while self.done < self._steps:
            self.done = min(self._steps, self.done + self._speed(self.seconds) * self._every)
            self.seconds += self._every
            yield self.seconds, self.done / self._steps, self.countdown.look(status(self.seconds, self.done))


def middle(left):
    return (left.least + left.most) / 2


def far_off(looks, since):
    """The largest error of the middle of the range after `since` seconds, as a share of the time the whole run took."""
    looks = list(looks)
    total = looks[-1][0]
    return max(abs(middle(left) - (total - seconds)) / total for seconds, _, left in looks if seconds >= since(total))


def test_after_a_twentieth_of_a_run_of_uneven_speed_the_time_left_is_known_to_a_tenth():
    chance = random.Random(3)
    assert far_off(Training(lambda _: 400 * chance.uniform(0.6, 1.4)).looks(), lambda total: total / 20) < 0.1


def test_a_change_of_speed_is_followed_once_it_has_lasted():
    change = 1000.0
    looks = Training(lambda seconds: 500.0 if seconds < change else 250.0).looks()
    assert far_off(looks, lambda _: change + 330) < 0.1


def test_the_range_holds_the_truth_while_speed_varies():
    chance = random.Random(5)
    looks = list(Training(lambda _: 400 * chance.uniform(0.5, 1.5)).looks())
    total = looks[-1][0]
    inside = [left.least <= total - seconds <= left.most for seconds, share, left in looks if share > 0.05]
    assert sum(inside) / len(inside) > 0.9


def test_it_is_never_negative_and_ends_at_nothing():
    looks = list(Training(lambda _: 1e6, steps=10_000_000).looks())
    assert all(0 <= left.least <= left.most for _, _, left in looks)
    assert looks[-1][2] == TimeLeft(0.0, 0.0)


def test_more_time_than_the_budget_leaves_none():
    assert Countdown(config(seconds=60)).look(status(61.0, 100)) == TimeLeft(0.0, 0.0)


def test_with_a_budget_in_time_the_training_ends_when_it_says():
    assert Countdown(config(hours=1)).look(status(600.0, 1000)) == TimeLeft(3000.0, 3000.0)


def test_nobody_knows_before_there_is_a_speed():
    assert Countdown(config(steps=1000)).look(status(0.0, 0)) is None


def test_the_films_take_time_as_well():
    alone = Countdown(config(seconds=60)).look(status(0.0, 0))
    filmed = Countdown(config(seconds=60, renderers=["timelapse", "final_run"])).look(status(0.0, 0))
    assert filmed.least > alone.least
    assert filmed.most > filmed.least


def test_a_film_as_long_as_its_training_takes_longer():
    short, match = (
        Countdown(config(hours=2, renderers=["timelapse"], length=length)).look(status(0.0, 0)) for length in ("60", "match")
    )
    assert match.least > short.least


def test_the_games_of_the_evaluation_count_at_most_as_in_training():
    left = Countdown(config(seconds=60, episodes=10)).look(status(0.0, 1000, episodes=10, steps_per_second=100.0))
    assert left.least == 60
    assert left.most > 60 + 10


def test_while_films_are_made_only_they_are_left():
    countdown = Countdown(config(seconds=60, renderers=["timelapse", "final_run"]))
    first, second, last = (
        countdown.look(status(60.0, 100, activity=words))
        for words in ("film timelapse", "film timelapse: 50%", "film final_run: 90%")
    )
    assert first.most > second.most > last.most > 0


@pytest.mark.parametrize("state", [RunState.COMPLETED, RunState.STOPPED, RunState.INTERRUPTED, RunState.CREATED])
def test_a_run_that_is_not_at_work_has_no_time_left(state):
    assert Countdown(config(seconds=60)).look(status(1.0, 1, state)) is None


def test_a_run_that_went_back_to_a_checkpoint_is_seen_anew():
    training = Training(lambda _: 400.0)
    for seconds, _, _ in training.looks():
        if seconds > 400:
            break
    again = training.countdown.look(status(100.0, 100 * 400.0, steps_per_second=200.0))
    assert again.least <= (STEPS - 40_000) / 200 <= again.most
