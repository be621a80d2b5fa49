"""How much disk a run will need."""

from __future__ import annotations

import pytest

from retroml_core.config.composing import compose
from retroml_core.runs.forecast import (
    PLAY_BYTES,
    POLICY_BYTES,
    REPLAY_BYTES_PER_STEP,
    STATE_BYTES,
    Forecast,
    forecast,
    free_bytes,
    size_text,
    sizes_of,
)
from retroml_core.sizing import Sizes


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12 kB"), (3.4e6, "3.4 MB"), (81e9, "81 GB"), (2e12, "2.0 TB")],
)
def test_sizes_in_words(size, text):
    assert size_text(size) == text


def test_the_parts_add_up():
    needs = Forecast(tape=1, events=2, checkpoints=3, films=4)
    assert needs.total == 10
    assert str(needs).startswith("at most 10 B of disk")


def test_free_disk_is_known_before_the_folder_is_made(tmp_path):
    assert free_bytes(tmp_path / "a" / "b") == pytest.approx(free_bytes(tmp_path), rel=0.1)


def test_without_tape_there_are_no_films(app):
    needs = forecast(compose(app, ["budget.hours=10"]), app)
    assert (needs.tape, needs.films) == (0, 0)
    assert needs.events > 0


def needs_of(installed, *overrides: str) -> Forecast:
    return forecast(compose(installed, list(overrides)), installed)


def test_a_longer_run_needs_more(installed):
    short, long = needs_of(installed, "budget.hours=1"), needs_of(installed, "budget.hours=10")
    assert long.tape == 10 * short.tape
    assert long.total > short.total


def test_the_smaller_of_two_budgets_counts(installed):
    assert needs_of(installed, "budget.hours=1", "budget.steps=1000").tape == 500


def test_every_checkpoint_counts(installed):
    few = needs_of(installed, "checkpoints.keep=1", "checkpoints.keep_policies=2")
    many = needs_of(installed, "checkpoints.keep=3", "checkpoints.keep_policies=12")
    assert many.checkpoints - few.checkpoints == 2 * (STATE_BYTES + POLICY_BYTES) + 10 * POLICY_BYTES


def test_checkpoints_are_as_large_as_the_network(installed):
    def checkpoints(*overrides):
        config = compose(installed, ["algorithm=ppo", "checkpoints.keep=1", "checkpoints.keep_policies=2", *overrides])
        sizes = sizes_of(config, installed)
        return sizes.network(config.network.name), forecast(config, installed, sizes).checkpoints

    for words in ("network=nature", "network=small"):
        network, size = checkpoints(words)
        assert size == 3 * (network.memory_bytes + PLAY_BYTES) + 6 * 4 * network.parameters


def test_a_film_as_long_as_the_training(installed):
    only = "film.renderers=[timelapse]"
    match = needs_of(installed, only, "film.length=match", "budget.hours=1")
    minute = needs_of(installed, only, "film.length=60", "budget.hours=1")
    assert match.films == 60 * minute.films


def test_the_forecast_of_a_day_is_of_a_likely_size(installed):
    assert 1e8 < needs_of(installed, "budget.hours=24").total < 1e10


def test_a_replay_says_what_memory_it_takes(installed):
    def memory(*overrides):
        return sizes_of(compose(installed, ["budget.steps=50_000", *overrides]), installed).replay_memory_bytes

    assert memory("algorithm=dqn") == 50_000 * (84 * 84 + 9)
    assert memory("algorithm=dqn", "algorithm.replay_storage=mapped") == 0
    assert memory("algorithm=ppo") == 0


def test_what_fails_to_say_how_large_it_is_is_no_obstacle(installed, monkeypatch):
    monkeypatch.setattr("retroml_tianshou.sizing.sizes", lambda *_: 1 / 0)
    assert sizes_of(compose(installed, ["budget.steps=50_000", "algorithm=dqn"]), installed) == Sizes()


def test_a_replay_has_its_share_of_the_checkpoints(installed):
    plain, small = needs_of(installed, "algorithm=ppo"), needs_of(installed, "algorithm=dqn", "algorithm.replay_size=1000")
    assert small.checkpoints - plain.checkpoints == 1000 * REPLAY_BYTES_PER_STEP
    short = needs_of(installed, "algorithm=dqn", "algorithm.replay_size=1000", "budget.steps=100")
    assert short.checkpoints - plain.checkpoints == 100 * REPLAY_BYTES_PER_STEP
