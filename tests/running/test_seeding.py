import numpy as np
import pytest

from retroml_core.seeding import Seeds, draw_seed


def test_a_thousand_drawn_seeds_are_unique_and_in_range():
    drawn = [draw_seed() for _ in range(1000)]
    assert len(set(drawn)) >= 999
    assert all(0 <= seed < 2**32 for seed in drawn)


def test_the_same_seed_gives_the_same_streams():
    assert Seeds(7).integer("environment", 3) == Seeds(7).integer("environment", 3)
    np.testing.assert_array_equal(Seeds(7).generator("actions").random(5), Seeds(7).generator("actions").random(5))


@pytest.mark.parametrize("other", [("environment", 4), ("environments", 3), ("evaluation", 3), ("environment",)])
def test_every_name_is_a_stream_of_its_own(other):
    assert Seeds(7).integer("environment", 3) != Seeds(7).integer(*other)


def test_another_seed_changes_every_stream():
    assert all(Seeds(7).integer(name) != Seeds(8).integer(name) for name in ("environment", "actions", "acting"))


def test_integers_fit_into_63_bits():
    assert all(0 <= Seeds(seed).integer("x") < 2**63 for seed in range(200))


def test_streams_are_those_of_the_first_release():
    assert Seeds(1).integer("environment") == 3619903346814333504
