import numpy as np
import pytest

from retroml_core.algorithm import Decision
from retroml_core.builtin.catch import CatchEnvironment
from retroml_core.builtin.configs import CatchConfig
from retroml_core.environment import EnvironmentBuild
from retroml_core.training.evaluation import AT_ONCE, play_games


class Made:
    """Makes Catch and keeps what it made."""

    def __init__(self, balls=2):
        self.balls = balls
        self.counts = []
        self.closed = 0

    def __call__(self, count, wave):
        self.counts.append(count)
        build = EnvironmentBuild(game="catch", config=CatchConfig(balls=self.balls), count=count, seed=wave)
        environment = CatchEnvironment(build)
        environment.close = self.close
        return environment

    def close(self):
        self.closed += 1


def stay(obs):
    return Decision(actions=np.zeros(len(obs), np.int64))


def follow(obs):
    cells = obs[:, 0, ::4, ::4]
    ball = (cells == 255).any(axis=1).argmax(axis=1)
    paddle = (cells[:, 7] == 128).argmax(axis=1)
    return Decision(actions=np.where(ball < paddle, 1, np.where(ball > paddle, 2, 0)))


def test_each_environment_plays_one_whole_game():
    made = Made()
    games = play_games(made, stay, 5, 1000, lambda: True)
    assert games is not None
    assert [(game.environment, game.length, game.truncated) for game in games] == [(i, 14, False) for i in range(5)]
    assert (made.counts, made.closed) == ([5], 1)


def test_a_perfect_player_catches_every_ball():
    games = play_games(Made(balls=10), follow, 4, 1000, lambda: True)
    assert games is not None
    assert [game.score for game in games] == [10.0] * 4


def test_many_games_come_in_waves_of_different_seeds():
    made = Made()
    games = play_games(made, stay, AT_ONCE * 2 + 3, 1000, lambda: True)
    assert games is not None
    assert made.counts == [AT_ONCE, AT_ONCE, 3]
    assert [g.score for g in games[:AT_ONCE]] != [g.score for g in games[AT_ONCE : 2 * AT_ONCE]]


def test_a_game_is_cut_with_its_points_so_far():
    games = play_games(Made(balls=10), follow, 2, 15, lambda: True)
    assert games is not None
    assert [(game.score, game.length, game.truncated) for game in games] == [(2.0, 15, True)] * 2


@pytest.mark.parametrize("steps", [0, 5])
def test_a_stop_ends_it_and_closes_the_environment(steps):
    made, left = Made(), iter(range(steps))
    assert play_games(made, stay, 2, 1000, lambda: next(left, None) is not None) is None
    assert made.closed == 1
