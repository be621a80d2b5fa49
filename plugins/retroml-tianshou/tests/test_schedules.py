"""How a setting falls over the budget."""

import pytest
from retroml_tianshou.schedules import SCHEDULES, share_left


@pytest.mark.parametrize(
    ("schedule", "shares"),
    [
        ("constant", [1.0, 1.0, 1.0, 1.0, 1.0]),
        ("linear", [1.0, 0.75, 0.5, 0.25, 0.0]),
        ("cosine", [1.0, 0.853553, 0.5, 0.146447, 0.0]),
    ],
)
def test_what_is_left_after_each_quarter(schedule, shares):
    assert [share_left(schedule, quarter / 4) for quarter in range(5)] == pytest.approx(shares, abs=1e-6)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_beyond_the_budget_nothing_more_changes(schedule):
    assert share_left(schedule, 1.5) == share_left(schedule, 1.0)
    assert share_left(schedule, -0.5) == 1.0


def test_an_unknown_schedule_names_those_there_are():
    with pytest.raises(ValueError, match="no schedule 'step'; there are constant, linear, cosine"):
        share_left("step", 0.5)
