from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from retroml_video.policy import PolicyView

from retroml_core.algorithm import Decision
from retroml_core.testing.film import MadeUpPlayers, made_up_tape


def moments(tape=None, number=20):
    tape = tape or made_up_tape()
    return list(tape.play(tape.training[number]))


def test_the_policy_shown_is_the_newest_at_or_before_the_moment():
    view = PolicyView(MadeUpPlayers([500, 900, 10**6]))
    for moment in moments(number=8) + moments(number=30):
        expected = [step for step in (500, 900, 10**6) if step <= moment.step]
        assert view.look(moment).policy_step == (expected[-1] if expected else None)


def test_probabilities_are_those_of_what_the_agent_saw():
    moment = moments()[3]
    expected = MadeUpPlayers().nearest(0).decide(moment.observation[None]).probabilities[0]
    assert np.array_equal(PolicyView(MadeUpPlayers()).look(moment).probabilities, expected)


def test_without_policies_there_is_nothing_to_show():
    thought = PolicyView(MadeUpPlayers([])).look(moments()[0])
    assert (thought.probabilities, thought.policy_step) == (None, None)


def test_a_fixed_policy_stays():
    view = PolicyView(MadeUpPlayers([0, 1000, 2000]), fixed_step=1000)
    assert {view.look(moment).policy_step for moment in moments(number=30)} == {1000}


class Players:
    steps = (0,)

    def __init__(self, decide):
        self.player = SimpleNamespace(step=0, decide=decide)
        self.asked = 0

    def nearest(self, step):
        self.asked += 1
        return self.player


def test_a_policy_is_loaded_once():
    players = Players(lambda obs, greedy: Decision(actions=np.zeros(1, np.int64)))
    view = PolicyView(players)
    for moment in moments():
        view.look(moment)
    assert players.asked == 1


def test_an_algorithm_without_probabilities_still_names_its_policy():
    players = Players(lambda obs, greedy: Decision(actions=np.zeros(1, np.int64)))
    thought = PolicyView(players).look(moments()[0])
    assert (thought.probabilities, thought.policy_step) == (None, 0)


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("damaged"), KeyError("head")])
def test_a_policy_that_cannot_be_read_is_said_once_and_not_tried_again(error):
    def fail(obs, greedy):
        raise error

    view = PolicyView(Players(fail))
    assert view.look(moments()[0]).probabilities is None
    assert view.look(moments()[1]).probabilities is None
    assert "cannot be read" in view.problem
