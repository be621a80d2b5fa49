"""The flat form, and configs of every older version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retroml_core.config.composing import ConfigError, compose, config_hash, from_tree, load_config, to_tree
from retroml_core.config.flat import FLAT_KEYS, from_flat, is_flat, to_flat
from retroml_core.config.migrations import MIGRATIONS, migrate, version_of
from retroml_core.schema import SCHEMA_VERSION

SAMPLES = Path(__file__).parents[1] / "data" / "configs"
FIRST = json.loads((SAMPLES / "roadmap_tier_1.json").read_text())
SECOND = json.loads((SAMPLES / "roadmap_tier_2.json").read_text())


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_config_of_any_age_loads(path, installed):
    config = load_config(path, installed)
    assert config.schema_version == SCHEMA_VERSION


def test_every_version_has_its_step():
    assert sorted(MIGRATIONS) == list(range(SCHEMA_VERSION))


def test_the_first_flat_form(installed):
    config = load_config(SAMPLES / "roadmap_tier_1.json", installed)
    assert (config.id, config.game, config.preset, config.created_at) == ("unique_run_id", "breakout", "short", "timestamp")
    assert config.budget.limit_seconds() == 7200
    assert (config.algorithm.name, config.environment.name) == ("ppo", "atari")


def test_the_second_flat_form(installed):
    config = load_config(SAMPLES / "roadmap_tier_2.json", installed)
    assert (config.algorithm.learning_rate, config.algorithm.gamma, config.seed) == (0.0003, 0.99, 42)
    assert config.algorithm.environments * config.algorithm.rollout_steps // config.algorithm.minibatches == 256
    assert (config.network.hidden, config.environment.stack) == ([64, 64], 4)


def test_what_was_imported_is_exported_alike(installed):
    config = load_config(SAMPLES / "roadmap_tier_2.json", installed)
    flat = to_flat(to_tree(config), "completed", installed.registry)
    assert tuple(flat) == FLAT_KEYS
    assert SECOND["hyperparameters"].items() <= flat.pop("hyperparameters").items()
    assert flat == {key: value for key, value in SECOND.items() if key != "hyperparameters"}


def test_what_was_exported_is_imported_alike(installed):
    config = compose(installed, ["seed=3", "budget.hours=2", "algorithm.epochs=2", "environment.stack=2"])
    flat = json.loads(json.dumps(to_flat(to_tree(config), "running", installed.registry)))
    again = from_tree(flat, installed)
    assert (again.algorithm, again.environment, again.seed) == (config.algorithm, config.environment, 3)


def test_a_budget_in_steps_has_no_hours(app):
    config = compose(app, ["budget.steps=100"])
    assert to_flat(to_tree(config), "running", app.registry)["duration_hours"] is None


def test_a_game_gymnasium_does_not_know_keeps_its_name(app):
    flat = to_flat(to_tree(compose(app)), "created", app.registry)
    assert (flat["game"], flat["algorithm"], flat["advanced"]) == ("catch", "RANDOM", {"network_arch": "nature"})


@pytest.mark.parametrize("status", ["running", "completed", "failed"])
def test_the_status_is_that_of_the_run(app, status):
    assert to_flat(to_tree(compose(app)), status, app.registry)["status"] == status


def test_a_named_network_is_kept():
    assert from_flat({**SECOND, "advanced": {"network_arch": "impala"}})["network"] == {"name": "impala"}


def test_a_batch_larger_than_the_rollout_is_one_minibatch():
    assert from_flat({**SECOND, "hyperparameters": {"batch_size": 10**6}})["algorithm"] == {"name": "ppo", "minibatches": 1}


def test_the_batch_size_of_others_is_their_own():
    flat = {**SECOND, "algorithm": "DQN", "hyperparameters": {"batch_size": 32}}
    assert from_flat(flat)["algorithm"] == {"name": "dqn", "batch_size": 32}


def test_importing_changes_nothing_in_what_is_imported():
    before = json.dumps(SECOND)
    from_flat(SECOND)
    migrate(SECOND)
    assert json.dumps(SECOND) == before


@pytest.mark.parametrize(
    ("flat", "message"),
    [
        ({**FIRST, "speed": 1}, "not a flat config: it has speed"),
        ({**SECOND, "hyperparameters": [1]}, "hyperparameters: must be an object"),
        ({**SECOND, "hyperparameters": {"batch_size": 0}}, "batch_size=0: must be a whole number"),
        ({**SECOND, "hyperparameters": {"momentum": 1}}, "algorithm.momentum: there is no such setting"),
        ({**FIRST, "duration_hours": "long"}, "budget.hours=long: must be a number between 0 and 10000 h"),
        ({**FIRST, "game": "Chess-v0"}, "no game is called 'Chess-v0'"),
    ],
)
def test_a_bad_flat_config_is_refused_in_words(installed, flat, message):
    with pytest.raises(ConfigError) as caught:
        from_tree(flat, installed)
    assert message in str(caught.value)


def test_the_two_forms_are_told_apart(app):
    assert is_flat(FIRST)
    assert is_flat({"game": "catch", "algorithm": "PPO"})
    assert not is_flat(to_tree(compose(app)))


@pytest.mark.parametrize(("tree", "version"), [(FIRST, 0), ({"game": "catch"}, SCHEMA_VERSION), ({"schema_version": 1}, 1)])
def test_versions(tree, version):
    assert version_of(tree) == version


@pytest.mark.parametrize("version", ["1", 1.0, True, -1, None])
def test_a_version_must_be_a_whole_number(version):
    with pytest.raises(ConfigError, match="schema_version="):
        migrate({"schema_version": version})


def test_a_newer_version_is_refused_with_what_to_do():
    with pytest.raises(ConfigError, match=r"has version 99, but this release reads only up to \d+: update retroml-core"):
        migrate({"schema_version": 99})


def test_the_sample_of_this_version_is_complete(app):
    path = SAMPLES / f"version_{SCHEMA_VERSION}.json"
    sample = json.loads(path.read_text())
    assert to_tree(load_config(path, app)) == sample
    assert config_hash(load_config(path, app)) == "4f15fe8f50451323"
