from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
import retroml_atari
from retroml_atari.settings import AtariConfig, problems

from retroml_core import Severity
from retroml_core.params import param_info

FIELDS = [field for field in dataclasses.fields(AtariConfig) if field.name != "name"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_setting_says_what_it_is(field):
    info = param_info(field)
    assert info is not None
    assert info.help.endswith(".")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frameskip", 4),
        ("max_pool", True),
        ("image_height", 84),
        ("image_width", 84),
        ("stack", 4),
        ("noop_max", 30),
        ("episodic_life", True),
        ("reward_clip", True),
        ("repeat_probability", 0.0),
        ("full_action_space", False),
        ("time_limit_frames", 108_000),
    ],
)
def test_defaults_are_those_of_the_literature(name, value):
    assert getattr(AtariConfig(), name) == value


def test_nothing_is_wrong_with_the_defaults():
    assert problems(AtariConfig()) == []


def test_pooling_one_frame_is_pointed_out():
    (found,) = problems(AtariConfig(frameskip=1))
    assert (found.key, found.severity) == ("environment.max_pool", Severity.WARNING)


def test_a_time_limit_below_one_step_is_an_error():
    (found,) = problems(AtariConfig(time_limit_frames=3))
    assert (found.key, found.severity) == ("environment.time_limit_frames", Severity.ERROR)


def test_the_hook_checks_only_its_own_environment():
    assert retroml_atari.retroml_check_config(SimpleNamespace(environment=object())) == []
    assert len(list(retroml_atari.retroml_check_config(SimpleNamespace(environment=AtariConfig(frameskip=1))))) == 1


def test_keys_are_rarer_with_many_environments_and_closer_where_all_since_the_key_is_replayed():
    config = AtariConfig()
    assert config.key_spacing(8, from_key=False) == 40_000
    assert config.key_spacing(64, from_key=False) == 160_000
    assert config.key_spacing(8, from_key=True) == 10_000
    assert AtariConfig(key_steps=500).key_spacing(8, from_key=True) == 500
