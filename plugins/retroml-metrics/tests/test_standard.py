"""The standard metrics: scores over the last 100 games, speed, and numbers made from samples."""

import math
from dataclasses import replace

import numpy as np
import pytest
from retroml_metrics.standard import StandardMetric

from retroml_core.environment import EpisodeEnd
from retroml_core.testing import sample_batch


def episode(score, length=10):
    return EpisodeEnd(environment=0, number=1, score=score, length=length, first_step=0)


def batch(*, chunk_seconds=0.0, chunk_steps=0, episodes=(), metrics=(), **samples):
    chunk = {"chunk_seconds": chunk_seconds, "chunk_steps": chunk_steps, "episodes": episodes, "metrics": dict(metrics)}
    return replace(sample_batch(1, full=False), **chunk, samples=samples)


def scores(*values):
    return batch(episodes=[episode(value) for value in values])


def test_there_is_no_score_before_the_first_game_ended():
    assert StandardMetric().on_update(batch()) == {}


def test_scores_of_a_few_games():
    numbers = StandardMetric().on_update(scores(1, 5, 3))
    assert numbers["score/mean_100"] == 3
    assert numbers["score/min_100"] == 1
    assert numbers["score/max_100"] == 5
    assert numbers["score/last"] == 3
    assert numbers["score/best"] == 5


def test_the_window_holds_the_last_hundred_games():
    numbers = StandardMetric().on_update(scores(*range(150)))
    assert numbers["score/mean_100"] == np.mean(range(50, 150))
    assert numbers["score/min_100"] == 50


def test_the_best_score_outlives_the_window():
    metric = StandardMetric()
    metric.on_update(scores(1000))
    numbers = metric.on_update(scores(*[0] * 100))
    assert numbers["score/best"] == 1000
    assert numbers["score/max_100"] == 0


def test_negative_scores_have_a_best_too():
    assert StandardMetric().on_update(scores(-21, -19, -20))["score/best"] == -19


def test_scores_are_repeated_when_no_game_ended():
    metric = StandardMetric()
    first = metric.on_update(scores(2, 4))
    assert metric.on_update(batch()) == first


def test_the_mean_length_is_in_steps():
    numbers = StandardMetric().on_update(batch(episodes=[episode(0, length=10), episode(0, length=30)]))
    assert numbers["episode/length_mean"] == 20


def test_speed_counts_frames_as_well():
    numbers = StandardMetric().on_update(batch(chunk_steps=1024, chunk_seconds=2.0))
    assert numbers == {"time/steps_per_second": 512, "time/frames_per_second": 2048}


def test_no_time_has_no_speed():
    assert StandardMetric().on_update(batch(chunk_steps=8)) == {}


def test_the_share_of_updating_is_what_collecting_left():
    assert StandardMetric().on_update(batch(metrics={"time/collect_share": 0.7}))["time/update_share"] == pytest.approx(0.3)


def test_advantages_have_mean_and_spread():
    numbers = StandardMetric().on_update(batch(advantages=np.array([1.0, 3.0], dtype=np.float32)))
    assert numbers == {"advantage/mean": 2.0, "advantage/std": 1.0}


def test_a_perfect_critic():
    returns_N = np.arange(5, dtype=np.float32)
    assert StandardMetric().on_update(batch(values=returns_N, returns=returns_N)) == {
        "value/explained_variance": 1.0,
        "value/return_error": 0.0,
    }


def test_constant_returns_leave_the_explained_variance_out():
    numbers = StandardMetric().on_update(batch(values=np.zeros(3), returns=np.ones(3)))
    assert numbers == {"value/return_error": 1.0}


def test_values_without_returns_say_nothing():
    assert StandardMetric().on_update(batch(values=np.ones(3))) == {}


def test_uniform_actions():
    numbers = StandardMetric().on_update(batch(actions=np.array([0, 1, 2, 3])))
    assert numbers["policy/action_entropy"] == pytest.approx(math.log(4))


def test_empty_samples_say_nothing():
    nothing = np.zeros(0)
    numbers = StandardMetric().on_update(batch(advantages=nothing, values=nothing, returns=nothing, actions=nothing))
    assert numbers == {}


def test_what_the_algorithm_reported_is_left_to_it():
    reported = {"value/explained_variance": 0.5, "advantage/std": 9.0}
    returns_N = np.arange(3.0)
    numbers = StandardMetric().on_update(batch(metrics=reported, values=returns_N, returns=returns_N, advantages=returns_N))
    assert sorted(numbers) == ["advantage/mean", "value/return_error"]


def test_a_restored_metric_goes_on_exactly():
    one, two = StandardMetric(), StandardMetric()
    one.on_update(scores(*range(120)))
    two.restore(one.state())
    assert two.on_update(scores(7)) == one.on_update(scores(7))


def test_a_fresh_metric_can_be_restored():
    metric = StandardMetric()
    metric.restore(StandardMetric().state())
    assert metric.on_update(batch()) == {}
