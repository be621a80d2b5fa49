from __future__ import annotations

import numpy as np
import pytest
from retroml_video.canvas import Canvas
from retroml_video.curve import CurvePlot, game_curve, score_curve, top_words
from retroml_video.layout import Box
from retroml_video.palette import Palette

NONE = np.zeros(0)


@pytest.fixture
def canvas():
    return Canvas(426, 240, Palette.of())


def plot(canvas, curve):
    return CurvePlot(canvas, Box(10, 10, 100, 40), curve, 3)


def test_the_line_is_the_running_mean_of_the_dots():
    curve = score_curve(np.arange(24.0), np.arange(24.0), 24.0)
    assert curve.ys[0] == 0.0
    assert curve.ys[-1] == pytest.approx((22 + 23) / 2)


def test_scores_are_put_in_order_of_time():
    curve = score_curve(np.asarray([30.0, 10.0, 20.0]), np.asarray([3.0, 1.0, 2.0]), 30.0)
    assert curve.xs.tolist() == [10, 20, 30]
    assert curve.ys.tolist() == [1, 2, 3]


def test_many_games_are_thinned_to_a_few_hundred_dots():
    curve = score_curve(np.arange(100_000.0), np.arange(100_000.0), 1e5)
    assert len(curve.dot_xs) <= 800


def test_the_points_of_a_game_add_up():
    assert game_curve(np.asarray([0, 2, 0, 3], np.float32)).ys.tolist() == [0, 2, 2, 5]


@pytest.mark.parametrize(
    ("scores", "words"),
    [([], "no game finished yet"), ([0.0], "top 0"), ([-21.0, -3.0], "top −3"), ([5.0, 1200.0], "top 1,200")],
)
def test_the_corner_says_the_highest_score(scores, words):
    assert top_words(score_curve(np.arange(float(len(scores))), np.asarray(scores), 9.0)) == words


@pytest.mark.parametrize("scores", [[], [0.0], [-21.0, -20.0], [1.0, 5.0, 2.0]])
def test_the_dot_stays_in_its_box_from_one_end_to_the_other(canvas, scores):
    made = plot(canvas, score_curve(np.arange(float(len(scores))), np.asarray(scores), 9.0))
    before = canvas.pixels.copy()
    for x in (0.0, 4.5, 9.0, 99.0):
        made.move_to(x)
    changed = (canvas.pixels != before).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 10
    assert rows.max() < 50
    assert columns.min() >= 10
    assert columns.max() < 110


def test_the_dot_moves_to_the_right(canvas):
    made = plot(canvas, game_curve(np.zeros(100, np.float32)))
    places = []
    for x in (1.0, 50.0, 100.0):
        made.move_to(x)
        white = (canvas.pixels[10:50, 10:110, :3] > 220).all(axis=2)
        places.append(np.nonzero(white)[1].mean())
    assert places == sorted(places)
    assert len(set(places)) == 3


def test_a_dot_that_does_not_move_is_not_drawn_again(canvas):
    made = plot(canvas, game_curve(np.zeros(1000, np.float32)))
    made.move_to(500.0)
    canvas.drawn()
    made.move_to(500.1)
    assert canvas.drawn() == []
