"""Quantiles of the advantages and shares of the actions."""

from dataclasses import replace

import numpy as np
import pytest
from retroml_metrics.actions import ActionsMetric
from retroml_metrics.advantages import AdvantagesMetric

from retroml_core.testing import sample_batch


def batch(action_count=4, **samples):
    return replace(sample_batch(1, full=False), action_count=action_count, samples=samples)


def test_quantiles_of_a_ramp():
    numbers = AdvantagesMetric().on_update(batch(advantages=np.arange(101, dtype=np.float32)))
    assert numbers["advantage/min"] == 0
    assert numbers["advantage/quantile_05"] == 5
    assert numbers["advantage/quantile_25"] == 25
    assert numbers["advantage/quantile_50"] == 50
    assert numbers["advantage/quantile_75"] == 75
    assert numbers["advantage/quantile_95"] == 95
    assert numbers["advantage/max"] == 100


def test_the_positive_share_leaves_zero_out():
    numbers = AdvantagesMetric().on_update(batch(advantages=np.array([-1.0, 0.0, 1.0, 2.0])))
    assert numbers["advantage/positive_share"] == 0.5


@pytest.mark.parametrize("samples", [{}, {"advantages": np.zeros(0)}])
def test_without_advantages_there_is_nothing_to_say(samples):
    assert AdvantagesMetric().on_update(batch(**samples)) == {}
    assert AdvantagesMetric().histograms(batch(**samples)) == {}


def test_a_histogram_counts_every_advantage_once():
    advantages_N = np.repeat(np.arange(30, dtype=np.float32), np.arange(30))
    (found,) = AdvantagesMetric().histograms(batch(advantages=advantages_N)).values()
    assert (found.low, found.high) == (1.0, 29.0)
    assert sum(found.counts) == len(advantages_N)
    assert found.counts[-1] == 29


def test_advantages_that_are_all_alike_have_a_histogram():
    (found,) = AdvantagesMetric().histograms(batch(advantages=np.full(7, 3.0))).values()
    assert (found.low, found.high, sum(found.counts)) == (2.5, 3.5, 7)


def test_every_action_has_a_share():
    numbers = ActionsMetric().on_update(batch(actions=np.array([0, 0, 0, 3])))
    assert numbers == {
        "actions/share_00": 0.75,
        "actions/share_01": 0.0,
        "actions/share_02": 0.0,
        "actions/share_03": 0.25,
    }


def test_shares_sum_to_one():
    actions_N = np.random.default_rng(1).integers(0, 18, 1000)
    assert sum(ActionsMetric().on_update(batch(18, actions=actions_N)).values()) == pytest.approx(1.0)


@pytest.mark.parametrize("samples", [{}, {"actions": np.zeros(0, dtype=np.int64)}])
def test_without_actions_there_is_nothing_to_say(samples):
    assert ActionsMetric().on_update(batch(**samples)) == {}
