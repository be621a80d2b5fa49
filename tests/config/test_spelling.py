"""Words that Hydra's grammar cannot read are taken as text."""

from __future__ import annotations

import pytest

from retroml_core.config.composing import compose
from retroml_core.config.errors import ConfigError
from retroml_core.config.kinds import as_declared
from retroml_core.config.overriding import with_overrides
from retroml_core.config.spelling import open_keys, readable


@pytest.mark.parametrize(
    "override", ["seed=7", "name=a b", "name='it is'", "seed=1,2", "+experiment=x", "~seed", "name=", "a.b=[1,2]"]
)
def test_what_hydra_reads_is_left_alone(override):
    assert readable([override]) == [override]


@pytest.mark.parametrize("text", ["it's", "a 🏓", 'say "hi" (twice)', "50%!", "back\\slash's", "a=b=c's"])
def test_what_hydra_cannot_read_is_taken_letter_for_letter(app, text):
    assert compose(app, [f"name={text}"]).name == text
    assert with_overrides({"name": ""}, [f"name={text}"]) == {"name": text}


def test_a_list_that_does_not_end_is_a_fault_of_its_key(app):
    with pytest.raises(ConfigError, match=r"network\.kernels"):
        compose(app, ["network.kernels=[8,4"])


def test_a_word_without_a_value_is_left_to_hydra(app):
    assert readable(["'"]) == ["'"]
    with pytest.raises(ConfigError):
        compose(app, ["'"])


@pytest.mark.parametrize(
    ("override", "opened"),
    [
        ("custom_metrics.win_rate=1", "++custom_metrics.win_rate=1"),
        ("custom_metrics={a: 1}", "++custom_metrics={a: 1}"),
        ("+custom_metrics.win_rate=1", "+custom_metrics.win_rate=1"),
        ("metrics=[standard]", "metrics=[standard]"),
        ("custom_metrics_of_mine=1", "custom_metrics_of_mine=1"),
    ],
)
def test_keys_that_users_make_up_need_not_be_there_already(override, opened):
    assert open_keys([override]) == [opened]


@pytest.mark.parametrize("text", ["1e4", "007", "1_000", "true", "False", "nan", "-3.50", "1.", ".5"])
def test_text_settings_keep_what_was_typed(app, text):
    assert compose(app, [f"name={text}"]).name == text
    assert with_overrides({"name": ""}, [f"name={text}"]) == {"name": text}


def test_lists_of_text_keep_what_was_typed(app):
    assert compose(app, ["tags=[1e4, a, 2]"]).tags == ["1e4", "a", "2"]


@pytest.mark.parametrize(
    ("override", "declared"),
    [
        ("budget.steps=1e6", "budget.steps=1000000"),
        ("budget.steps=1e3,x,2", "budget.steps=1000,x,2"),
        ("budget.steps=null", "budget.steps=null"),
        ("budget.hours=1e1", "budget.hours=1e1"),
        ("name=1,b", "name='1',b"),
        ("name='1'", "name='1'"),
        ("name=null", "name=null"),
        ("nobody=1", "nobody=1"),
    ],
)
def test_values_take_the_form_that_their_setting_declares(app, override, declared):
    assert as_declared([override, "seed=1"], app.registry)[0] == declared
