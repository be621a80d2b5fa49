"""Presets of algorithms: their values, games and sources as their files write them down."""

import pytest

from retroml_core.config.presets import presets_of, read_preset

TEXT = """\
# Learns slowly,
# but surely.
defaults:
  - dqn
  - _self_

learning_rate: 1e-4  # Somebody 2020, table 1
batch_size: ${retroml.for_game:32,{pong:64,breakout:16}}  # Somebody 2020
max_grad_norm: null
"""


@pytest.fixture
def preset():
    return read_preset("dqn_slow", TEXT)


def test_a_preset_says_what_it_is_and_what_it_is_based_on(preset):
    assert (preset.name, preset.about, preset.based_on) == ("dqn_slow", "Learns slowly, but surely.", "dqn")


def test_its_values_have_sources(preset):
    first = preset.values[0]
    assert (first.key, first.value, first.source) == ("learning_rate", "1e-4", "Somebody 2020, table 1")
    assert [one.key for one in preset.values if not one.source] == ["max_grad_norm"]


def test_values_for_a_game_stand_beside_the_usual_one(preset):
    batch = preset.values[1]
    assert (batch.value, batch.games, batch.source) == ("32", {"pong": "64", "breakout": "16"}, "Somebody 2020")


def test_as_a_tree_it_has_everything(preset):
    assert preset.as_tree()["values"]["batch_size"] == {
        "value": "32",
        "games": {"pong": "64", "breakout": "16"},
        "source": "Somebody 2020",
    }


def test_an_algorithm_without_presets_has_none(app):
    assert presets_of(app, "random") == []
