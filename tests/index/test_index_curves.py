"""Curves in chunks, and their pyramid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sqlalchemy import func, insert, select

from retroml_core.index import curves
from retroml_core.index.migrate import migrate
from retroml_core.index.models import metric_chunk, metric_summary, run
from retroml_core.index.points import decode, encode, extremes, reduce, widen
from retroml_core.index.store import open_store


@pytest.fixture
def connection(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'curves.db'}")
    migrate(store)
    with store.write() as connection:
        row = {"name": "", "game": "pong", "algorithm": "ppo", "environment": "atari", "preset": "short", "state": "stopped"}
        connection.execute(insert(run).values(id="r", created_at=0, config_hash="", signature={}, **row))
        yield connection
    store.close()


def block(first, last, value=lambda steps: steps * 2.0):
    steps = np.arange(first, last, dtype=np.float64)
    return np.stack([steps, steps / 10, value(steps)])


def summary(connection):
    return connection.execute(select(metric_summary)).one_or_none()


def levels(connection):
    sizes = select(metric_chunk.c.level, func.sum(metric_chunk.c.size)).group_by(metric_chunk.c.level)
    return dict(connection.execute(sizes).all())


# --- points -----------------------------------------------------------------------------------------------------------


def test_single_points_survive_storage_bit_for_bit():
    points = widen(np.array([[1.0, 2.0], [0.1, 0.2], [math.pi, -1e300]]))
    np.testing.assert_array_equal(decode(encode(points, single=True), single=True), points)


def test_sums_survive_storage_bit_for_bit():
    points = reduce(widen(block(0, 32)), 16)
    np.testing.assert_array_equal(decode(encode(points, single=False), single=False), points)


def test_a_stretch_becomes_its_mean_and_extremes():
    summed = reduce(widen(np.array([[0.0, 1, 2, 3], [0, 0, 0, 0], [5.0, 1, 3, 7]])), 2)
    np.testing.assert_array_equal(summed[2:5], [[3.0, 5.0], [1.0, 3.0], [5.0, 7.0]])


def test_a_short_last_stretch_counts_its_own_points():
    summed = reduce(widen(block(0, 5)), 4)
    np.testing.assert_array_equal(summed[2], [3.0, 8.0])


def test_sums_of_sums_weigh_by_points():
    twice = reduce(reduce(widen(block(0, 6)), 4), 2)
    assert twice[2, 0] == pytest.approx(np.mean(np.arange(6) * 2))


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_values_that_are_not_finite_do_not_spoil_a_stretch(odd):
    summed = reduce(widen(np.array([[0.0, 1], [0, 0], [odd, 4.0]])), 2)
    np.testing.assert_array_equal(summed[2:5, 0], [4.0, 4.0, 4.0])


def test_a_stretch_without_a_finite_value_is_nan():
    summed = reduce(widen(np.array([[0.0, 1], [0, 0], [math.nan, math.inf]])), 2)
    assert np.isnan(summed[2:5, 0]).all()
    assert extremes(summed) == (None, None)


# --- curves in the database -------------------------------------------------------------------------------------------


def test_an_unknown_curve_is_empty(connection):
    found = curves.load(connection, "r", "score")
    assert found.points == 0
    assert found.steps.shape == (0,)


def test_what_is_appended_is_read_back_exactly(connection):
    curves.append(connection, "r", {"score": block(0, 700)})
    found = curves.load(connection, "r", "score", max_points=1000)
    np.testing.assert_array_equal(found.steps, np.arange(700))
    np.testing.assert_array_equal(found.seconds, np.arange(700) / 10)
    np.testing.assert_array_equal(found.values, np.arange(700) * 2)
    assert found.points == 700


@pytest.mark.parametrize("piece", [3, 100, 255, 256, 257, 5000])
def test_pieces_of_any_size_make_the_same_curve(connection, piece):
    whole = block(0, 1500)
    for start in range(0, 1500, piece):
        curves.append(connection, "r", {"score": whole[:, start : start + piece]})
    found = curves.load(connection, "r", "score", max_points=2000)
    np.testing.assert_array_equal(found.values, whole[2])
    assert levels(connection) == {0: 1500, 1: 1500 // 256 * 16}


def test_chunks_are_full_but_for_the_last(connection):
    curves.append(connection, "r", {"score": block(0, 600)})
    sizes = connection.scalars(select(metric_chunk.c.size).where(metric_chunk.c.level == 0).order_by(metric_chunk.c.number))
    assert sizes.all() == [256, 256, 88]


@pytest.mark.parametrize("count", [5000, 20_000, 70_123])
@pytest.mark.parametrize("max_points", [1, 10, 300])
def test_a_long_curve_is_summed_up_without_loss_of_extremes_or_mean(connection, count, max_points):
    whole = block(0, count, lambda steps: np.sin(steps / 50) * steps)
    for start in range(0, count, 3000):
        curves.append(connection, "r", {"score": whole[:, start : start + 3000]})
    found = curves.load(connection, "r", "score", max_points=max_points)
    assert 0 < len(found.steps) <= max_points
    assert found.points == count
    assert found.low.min() == whole[2].min()
    assert found.high.max() == whole[2].max()
    assert (np.diff(found.steps) > 0).all()
    assert found.steps[-1] > count * (1 - 2 / max_points) or max_points == 1


def test_a_window_shows_its_stretch_in_full(connection):
    curves.append(connection, "r", {"score": block(0, 50_000)})
    found = curves.load(connection, "r", "score", max_points=1000, steps=(20_000, 20_300))
    inside = found.steps[(found.steps >= 20_000) & (found.steps <= 20_300)]
    np.testing.assert_array_equal(inside, np.arange(20_000, 20_301))
    assert found.points < 1000


def test_curves_do_not_mix(connection):
    curves.append(connection, "r", {"score": block(0, 10)})
    curves.append(connection, "r", {"loss/policy": block(0, 20)})
    assert curves.load(connection, "r", "score").points == 10


def test_the_summary_says_last_and_extremes(connection):
    curves.append(connection, "r", {"score": np.array([[1.0, 2], [0, 0], [9.0, 3.0]])})
    curves.append(connection, "r", {"score": np.array([[3.0], [0], [5.0]])})
    found = summary(connection)
    assert (found.points, found.last, found.last_step, found.minimum, found.maximum) == (3, 5.0, 3, 3.0, 9.0)


def test_a_last_value_that_is_not_finite_is_none_in_the_summary(connection):
    curves.append(connection, "r", {"score": np.array([[1.0, 2], [0, 0], [9.0, math.nan]])})
    found = summary(connection)
    assert (found.points, found.last, found.minimum, found.maximum) == (2, None, 9.0, 9.0)


# --- resuming ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 100, 255, 256, 4095, 4096, 4999])
def test_forgetting_leaves_the_curve_as_if_never_longer(connection, step):
    curves.append(connection, "r", {"score": block(0, 5000)})
    curves.append(connection, "r", {"other": block(0, step + 1)})
    curves.truncate(connection, "r", step)
    chunk = metric_chunk.c
    kept = select(chunk.level, chunk.number, chunk.size, chunk.points).order_by(chunk.level, chunk.number)
    score = connection.execute(kept.where(chunk.name == "score")).all()
    assert score == connection.execute(kept.where(chunk.name == "other")).all()


def test_a_resumed_curve_goes_on_from_its_checkpoint(connection):
    curves.append(connection, "r", {"score": block(0, 5000)})
    curves.truncate(connection, "r", 2999)
    curves.append(connection, "r", {"score": block(3000, 6000, lambda steps: steps * 0 - 1.0)})
    found = curves.load(connection, "r", "score", max_points=10_000)
    np.testing.assert_array_equal(found.steps, np.arange(6000))
    np.testing.assert_array_equal(found.values, np.where(np.arange(6000) < 3000, np.arange(6000) * 2, -1))


def test_forgetting_corrects_the_summary(connection):
    curves.append(connection, "r", {"score": block(0, 5000)})
    curves.truncate(connection, "r", 999)
    found = summary(connection)
    assert (found.points, found.last, found.last_step, found.maximum) == (1000, 1998.0, 999, 1998.0)


def test_forgetting_everything_leaves_nothing(connection):
    curves.append(connection, "r", {"score": block(10, 5000)})
    curves.truncate(connection, "r", 5)
    assert levels(connection) == {}
    assert summary(connection) is None


def test_several_points_of_one_step_are_kept_together(connection):
    curves.append(connection, "r", {"score": np.array([[1.0, 2, 2, 3], [0, 0, 0, 0], [1, 2, 3, 4.0]])})
    curves.truncate(connection, "r", 2)
    assert curves.load(connection, "r", "score").values.tolist() == [1, 2, 3]
