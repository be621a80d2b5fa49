"""Prioritised replay: the tree against plain sums, draws in proportion, weights as in the paper, exact state."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retroml_tianshou.replay.priorities import PrioritizedSampler, SumTree


def tree_of(numbers) -> SumTree:
    tree = SumTree(len(numbers))
    tree.set(np.arange(len(numbers)), np.asarray(numbers, np.float64))
    return tree


def sampler(capacity: int = 16, *, filled: int | None = None, alpha: float = 0.5, beta: float = 0.4) -> PrioritizedSampler:
    made = PrioritizedSampler(capacity, np.random.default_rng(1), alpha=alpha, beta=beta)
    made.added(np.arange(capacity if filled is None else filled))
    return made


NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=40).filter(any)


@given(NUMBERS)
def test_every_prefix_leads_to_its_place(numbers):
    tree = tree_of(numbers)
    assert tree.total == sum(numbers)
    sums = np.arange(sum(numbers)) + 0.5
    expected = np.searchsorted(np.cumsum(numbers), sums, side="right")
    assert tree.find(sums).tolist() == expected.tolist()


@given(NUMBERS)
def test_what_rounding_pushes_over_the_end_finds_something(numbers):
    tree = tree_of(numbers)
    found = tree.find(np.array([tree.total, tree.total * 1.001]))
    assert (tree.get(found) > 0).all()


@given(NUMBERS, st.data())
def test_writing_in_any_order_makes_the_same_tree(numbers, data):
    order = np.array(data.draw(st.permutations(range(len(numbers)))))
    values = np.asarray(numbers, np.float64) / 7
    one, two = tree_of(values), SumTree(len(numbers))
    for part in np.array_split(order, 3):
        two.set(part, values[part])
    loaded = SumTree(len(numbers))
    loaded.load(one.values)
    assert np.array_equal(one._nodes, two._nodes)
    assert np.array_equal(one._nodes, loaded._nodes)


def test_the_last_of_several_for_one_place_counts():
    tree = tree_of([1, 1, 1])
    tree.set(np.array([1, 1]), np.array([5.0, 2.0]))
    assert tree.values.tolist() == [1, 2, 1]
    assert tree.total == 4


def test_steps_are_drawn_in_proportion_to_their_priority():
    drawing = sampler(4, alpha=1.0)
    drawing.update(np.arange(4), np.array([1.0, -2.0, 0.0, 5.0], np.float32))
    counts = np.zeros(4)
    for _ in range(100):
        np.add.at(counts, drawing.sample(80)[0], 1)
    np.testing.assert_allclose(counts / 8000, [1 / 8, 2 / 8, 0, 5 / 8], atol=0.004)


def test_alpha_zero_draws_evenly_and_weighs_nothing():
    drawing = sampler(4, alpha=0.0)
    drawing.update(np.arange(4), np.array([1.0, 2.0, 3.0, 5.0], np.float32))
    indices, weights = drawing.sample(40)
    assert np.bincount(indices).tolist() == [10, 10, 10, 10]
    assert weights.tolist() == [1.0] * 40


def test_each_stratum_gives_one_step():
    assert sorted(sampler(8).sample(8)[0].tolist()) == list(range(8))


def test_weights_undo_the_preference():
    drawing = sampler(4, alpha=1.0, beta=1.0)
    drawing.update(np.arange(4), np.array([1.0, 2.0, 4.0, 8.0], np.float32))
    indices, weights = drawing.sample(200)
    assert set(indices.tolist()) == {0, 1, 2, 3}
    np.testing.assert_allclose(weights, (1 / np.array([1, 2, 4, 8])[indices]), rtol=1e-5)
    assert weights.dtype == np.float32


def test_beta_rises_to_one_over_the_budget():
    drawing = sampler(beta=0.4)
    for fraction, beta in ((0.0, 0.4), (0.5, 0.7), (1.0, 1.0), (2.0, 1.0)):
        drawing.schedule(fraction)
        assert drawing.beta == pytest.approx(beta)


def test_new_steps_are_as_likely_as_the_most_surprising_one():
    drawing = sampler(4, filled=3, alpha=1.0)
    drawing.update(np.array([0, 1, 2]), np.array([1.0, 6.0, 1.0], np.float32))
    drawing.added(np.array([3]))
    np.testing.assert_allclose(drawing.state()["priorities"], [1, 6, 1, 6], rtol=1e-5)


def test_overwritten_steps_are_drawn_no_more():
    drawing = sampler(4)
    drawing.removed(np.array([1, 2]))
    assert set(drawing.sample(100)[0].tolist()) == {0, 3}


def test_nothing_can_be_drawn_from_an_empty_replay():
    with pytest.raises(ValueError, match="nothing to draw"):
        sampler(4, filled=0).sample(1)


def test_a_restored_sampler_draws_the_same():
    whole, resumed = sampler(13), sampler(13)
    whole.update(np.arange(13), np.random.default_rng(3).normal(size=13).astype(np.float32))
    whole.schedule(0.3)
    whole.sample(5)
    resumed.restore(whole.state())
    for _ in range(3):
        for one, two in zip(whole.sample(7), resumed.sample(7), strict=True):
            assert np.array_equal(one, two)
        whole.added(np.array([4]))
        resumed.added(np.array([4]))
