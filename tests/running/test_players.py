import numpy as np
import pytest

from retroml_core.training.players import Players


@pytest.fixture
def trained(make_run, train, once):
    def make():
        run = make_run(learner={}, steps=6000)
        train(run)
        return run

    return once("for players", make)


@pytest.fixture
def players(trained, app):
    made = Players(trained, app)
    yield made
    made.close()


OBS = np.zeros((3, 1, 32, 32), np.uint8)


def test_steps_are_those_of_the_checkpoints(players, trained):
    assert players.steps == [checkpoint.step for checkpoint in trained.checkpoints()]
    assert players.steps[0] == 0


def test_nearest_is_the_newest_at_or_before(players):
    first, second = players.steps[:2]
    assert players.nearest(second - 1).step == first
    assert players.nearest(second).step == second
    assert players.nearest(10**9).step == players.steps[-1]
    assert players.nearest(-1) is None


def test_players_share_a_network_but_not_their_minds(players):
    novice, expert = players.nearest(0), players.nearest(10**9)
    even = novice.decide(OBS).probabilities
    np.testing.assert_allclose(even, 1 / 3, rtol=1e-6)
    assert not np.allclose(expert.decide(OBS).probabilities, even)
    np.testing.assert_array_equal(novice.decide(OBS).probabilities, even)


def test_the_best_can_be_asked_for(players, trained):
    assert players.best().step in players.steps


def test_seeded_players_repeat_themselves(players):
    player = players.nearest(0)
    players.seed(3)
    first = [player.decide(OBS).actions.tolist() for _ in range(5)]
    players.seed(3)
    assert [player.decide(OBS).actions.tolist() for _ in range(5)] == first


def test_a_damaged_policy_is_passed_over(players, trained):
    newest = trained.checkpoints()[-1]
    (newest.folder / "policy.safetensors").write_bytes(b"")
    assert players.nearest(10**9).step < newest.step


def test_a_run_without_checkpoints_has_no_players(make_run, app):
    players = Players(make_run(), app)
    assert players.steps == []
    assert players.nearest(5) is None
    assert players.best() is None
    players.seed(1)
    players.close()
