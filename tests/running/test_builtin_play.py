import numpy as np
import pytest

from retroml_core.builtin import retroml_algorithms, retroml_environments
from retroml_core.testing import AlgorithmContract, EnvironmentContract


class TestRandomAgent(AlgorithmContract):
    spec = next(iter(retroml_algorithms()))


class TestCatch(EnvironmentContract):
    spec = next(iter(retroml_environments()))
    game = "catch"


@pytest.fixture
def catch():
    from retroml_core.builtin.catch import make
    from retroml_core.builtin.configs import CatchConfig
    from retroml_core.environment import EnvironmentBuild

    return make(EnvironmentBuild(game="catch", config=CatchConfig(balls=3), count=4, seed=1, first_step=100))


def test_a_game_ends_after_its_balls_and_scores_those_caught(catch):
    catch.reset()
    caught = np.zeros(4)
    for _ in range(21):
        catch.send(np.zeros(4, np.int64))
        transition = catch.recv()
        caught += transition.raw_rewards
    assert transition.terminated.all()
    assert [episode.score for episode in transition.episodes] == caught.tolist()
    assert [(e.number, e.first_step, e.length) for e in transition.episodes] == [(i, 100, 21) for i in range(1, 5)]
    assert set(transition.final_obs) == {0, 1, 2, 3}


def test_the_chain_tells_other_play_apart(catch):
    catch.reset()
    catch.send(np.zeros(4, np.int64))
    catch.recv()
    one = catch.flush()
    catch.send(np.ones(4, np.int64))
    catch.recv()
    assert one != catch.flush()
