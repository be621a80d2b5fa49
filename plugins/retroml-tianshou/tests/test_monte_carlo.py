"""The critic against what really came of its states."""

import numpy as np
import pytest
import torch
from retroml_tianshou.monte_carlo import MonteCarlo, discounted
from retroml_tianshou.rollout import Rollout

GAMMA = 0.5


def rollout(rewards_TB, values_TB, ended_TB, cut_TB=None):
    """A full rollout of what is given."""
    rewards_TB = np.array(rewards_TB, np.float32)
    full = Rollout(*rewards_TB.shape, (1, 2, 2), torch.device("cpu"))
    full.rewards_TB[:], full.ended_TB[:] = rewards_TB, np.array(ended_TB, bool)
    full.values_TB[:] = torch.tensor(values_TB, dtype=torch.float32)
    if cut_TB is not None:
        full.bootstraps_TB[:] = cut_TB
    return full


def test_discounted_sums_are_made_from_the_end():
    assert discounted(np.array([1.0, 0.0, 4.0], np.float32), GAMMA).tolist() == [2.0, 2.0, 4.0]


def test_a_perfect_critic():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[1], [0], [4]], [[2], [2], [4]], [[0], [0], [1]]))
    assert judge.read() == {"value/mc_error": 0.0, "value/mc_explained_variance": 1.0}


def test_a_constant_critic_explains_nothing():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[1], [0], [4]], [[7], [7], [7]], [[0], [0], [1]]))
    numbers = judge.read()
    assert numbers["value/mc_explained_variance"] == pytest.approx(0.0)
    assert numbers["value/mc_error"] == pytest.approx(np.sqrt((25 + 25 + 9) / 3))


def test_games_that_go_on_over_rollouts_are_judged_at_their_end():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[1], [0]], [[0], [0]], [[0], [0]]))
    assert judge.read() == {}
    judge.take(rollout([[4], [9]], [[0], [0]], [[1], [0]]))
    assert judge.read()["value/mc_error"] == pytest.approx(np.sqrt((4 + 4 + 16) / 3))


def test_each_game_is_judged_by_itself():
    judge = MonteCarlo(2, GAMMA)
    judge.take(rollout([[1, 5], [2, 5]], [[2, 0], [2, 0]], [[0, 0], [1, 0]]))
    assert judge.read()["value/mc_error"] == 0.0


def test_several_lives_in_a_rollout():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[1], [2], [3]], [[1], [3.5], [3]], [[1], [0], [1]]))
    assert judge.read()["value/mc_error"] == 0.0


def test_what_only_the_clock_ended_is_left_out():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[1], [2]], [[9], [2]], [[1], [1]], [[0.7], [0]]))
    assert judge.read()["value/mc_error"] == 0.0


def test_returns_that_are_all_alike_leave_nothing_to_explain():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[0], [0]], [[1], [2]], [[0], [1]]))
    assert judge.read() == {"value/mc_error": pytest.approx(np.sqrt(2.5))}


def test_reading_begins_anew():
    judge = MonteCarlo(1, GAMMA)
    judge.take(rollout([[1]], [[1]], [[1]]))
    judge.read()
    assert judge.read() == {}


def test_a_pause_changes_nothing():
    random = np.random.default_rng(3)
    parts = [rollout(random.normal(size=(5, 2)), random.normal(size=(5, 2)), random.random((5, 2)) < 0.2) for _ in range(6)]
    whole, one, two = MonteCarlo(2, 0.99), MonteCarlo(2, 0.99), MonteCarlo(2, 0.99)
    told = []
    for part in parts:
        whole.take(part)
        told.append(whole.read())
    for part in parts[:3]:
        one.take(part)
        one.read()
    two.restore(one.state())
    for part, expected in zip(parts[3:], told[3:], strict=True):
        two.take(part)
        assert two.read() == expected


@pytest.mark.parametrize("games", [1, 3])
def test_another_number_of_games_begins_anew(games):
    before, after = MonteCarlo(2, GAMMA), MonteCarlo(games, GAMMA)
    before.take(rollout([[1, 1]], [[0, 0]], [[0, 0]]))
    after.restore(before.state())
    after.take(rollout([[2] * games], [[2] * games], [[1] * games]))
    assert after.read()["value/mc_error"] == 0.0


def test_checkpoints_of_older_versions_know_nothing():
    judge = MonteCarlo(1, GAMMA)
    judge.restore(None)
    assert judge.read() == {}
