from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retroml_core.films.names import LONGEST, clock_words, film_date, film_stem, free_names, safe_stem

WINDOWS_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"} | {
    f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"
}
FORBIDDEN = set('<>:"/\\|?*') | {chr(code) for code in range(32)}

odd = st.text(max_size=300) | st.sampled_from(
    ["CON", "con", "Nul", "COM¹", "../..", "a/b", "C:\\x", "..", " x ", "x.", "💥", "日本語" * 90]
)


def safe_on_every_file_system(name: str) -> bool:
    stem = name.partition(".")[0]
    return (
        len(name) <= LONGEST
        and len(name.encode()) <= 255
        and not FORBIDDEN & set(name)
        and stem.lower() not in WINDOWS_RESERVED
        and name == name.strip()
        and not name.endswith(".")
        and not name.startswith((".", "-"))
    )


def stem(**changes) -> str:
    known = {
        "game": "Breakout",
        "algorithm": "PPO",
        "seconds": 7200.0,
        "created_at": "2026-11-23T04:15:02",
        "renderer": "timelapse",
    }
    return film_stem(**{**known, **changes})


def test_the_usual_name():
    assert next(free_names(stem(), ".mp4", set())) == "Breakout_PPO_2h00m_2026-11-23_timelapse.mp4"


def test_titles_keep_their_words():
    assert stem(game="Ms. Pac-Man").startswith("Ms-Pac-Man_")
    assert stem(game="Q*bert").startswith("Q-bert_")


@settings(deadline=None, max_examples=50)
@given(odd, odd, odd, st.floats(0, 1e9))
def test_every_name_is_safe(game, algorithm, renderer, seconds):
    made = stem(game=game, algorithm=algorithm, renderer=renderer, seconds=seconds)
    taken: set[str] = set()
    for name in itertools.islice(free_names(made, ".mp4", taken), 3):
        assert safe_on_every_file_system(name)


@given(odd)
def test_a_plugin_can_only_give_safe_names(answer):
    kept = safe_stem(answer)
    assert kept == "" or safe_on_every_file_system(f"{kept}.mp4")


@given(odd)
def test_making_a_name_safe_twice_changes_nothing(answer):
    assert safe_stem(safe_stem(answer)) == safe_stem(answer)


def test_a_thousand_films_of_one_name_all_get_another():
    taken: set[str] = set()
    for _ in range(1000):
        name = next(free_names("a" * 118, ".mp4", taken))
        assert len(name) <= LONGEST
        taken.add(name.casefold())
    assert len(taken) == 1000


def test_names_that_differ_in_case_only_collide():
    assert next(free_names("Film", ".mp4", {"film.mp4"})) == "Film-2.mp4"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (20.4, "20s"), (300, "5m00s"), (3599.6, "1h00m"), (7200, "2h00m"), (5415, "1h30m"), (-3, "0s")],
)
def test_durations(seconds, words):
    assert clock_words(seconds) == words


@pytest.mark.parametrize(
    ("created_at", "date"),
    [
        ("2026-11-23T04:15:02", "2026-11-23"),
        ("2026-11-23T23:30:00-05:00", "2026-11-24"),
        ("2026-11-23T04:15:02Z", "2026-11-23"),
    ],
)
def test_the_date_is_that_of_the_run_in_utc(created_at, date):
    assert film_date(created_at) == date


def test_an_unreadable_date_is_today():
    assert len(film_date("")) == len("2026-11-23")
