import re
from datetime import UTC, datetime, timedelta

from retroml_core.runs.ids import new_run_id


def test_id_says_time_game_and_algorithm():
    made = new_run_id("breakout", "ppo", datetime(2026, 11, 23, 4, 15, 2, tzinfo=UTC))
    assert re.fullmatch(r"20261123t041502-breakout-ppo-[0-9a-hjkmnp-tv-z]{10}", made)


def test_a_hundred_thousand_ids_of_one_second_are_unique():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert len({new_run_id("pong", "dqn", now) for _ in range(100_000)}) == 100_000


def test_ids_sort_by_time():
    start = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    made = [new_run_id("pong", "dqn", start + timedelta(seconds=second)) for second in range(5)]
    assert made == sorted(made)


def test_time_is_utc_whatever_the_zone_given():
    from datetime import timezone

    moment = datetime(2026, 11, 23, 1, 0, 0, tzinfo=timezone(timedelta(hours=2)))
    assert new_run_id("pong", "dqn", moment).startswith("20261122t230000-")


def test_names_are_made_safe_for_files():
    made = new_run_id("Ms. Pac-Man/../x", "", datetime(2026, 1, 1, tzinfo=UTC))
    assert re.fullmatch(r"20260101t000000-ms_pac_man_x-unnamed-\w{10}", made)
