"""Whatever stands in a config file, it is either a config or refused in words; and every config survives saving."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retroml_core.config.composing import ConfigError, config_hash, from_tree, to_tree
from retroml_core.testing.apps import tiny_app

PARTS = ("environment", "algorithm", "network", "budget", "checkpoints", "evaluation", "film", "parent")
FLAT = ("duration_hours", "hyperparameters", "advanced", "status")
OTHERS = ("id", "game", "seed", "device", "metrics", "tags", "schema_version", "nonsense", "created_at")

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars | st.sampled_from(["catch", "random", "tiny", "???", "${game}", "${nope:}", "${"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "hours", "renderers", "x", ""]), inner)
    ),
    max_leaves=6,
)
trees = st.dictionaries(st.sampled_from(PARTS + FLAT + OTHERS), values, max_size=6)
usual = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def app():
    return tiny_app(Path("nowhere"))


@usual
@given(tree=trees)
def test_any_tree_is_a_config_or_refused(tree, app):
    complete = {"game": "catch", "algorithm": {"name": "random"}, **tree}
    with suppress(ConfigError):
        assert from_tree(complete, app).game in app.registry.games


@usual
@given(
    seed=st.none() | st.integers(0, 2**32 - 1),
    hours=st.none() | st.floats(0, 10_000),
    notes=st.text(st.characters(exclude_categories=["Cs"])),
    tags=st.lists(st.text("a\\${}:.", max_size=8) | st.just("${oc.env:HOME}")),
    hidden=st.none() | st.lists(st.integers(1, 512), max_size=3),
)
def test_every_config_survives_being_a_tree(app, seed, hours, notes, tags, hidden):
    config = from_tree({"game": "catch", "algorithm": {"name": "random"}}, app)
    config.seed, config.notes, config.tags = seed, notes, tags
    config.budget.hours, config.network.hidden = hours, hidden
    again = from_tree(to_tree(config), app)
    assert to_tree(again) == to_tree(config)
    assert config_hash(again) == config_hash(config)
