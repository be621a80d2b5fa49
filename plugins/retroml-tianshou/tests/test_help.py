"""For students: what a setting's help says of raising it is also said of lowering it."""

import dataclasses
import re

import pytest
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.ppo_config import PPOConfig

from retroml_core.params import param_info

UP = re.compile(r"\b(higher|more|larger|longer|close to 1|1 is|on)\b")
DOWN = re.compile(r"\b(lower|fewer|less|smaller|shorter|off)\b")

SETTINGS = [
    pytest.param(info, id=f"{config.__name__}.{field.name}")
    for config in (PPOConfig, A2CConfig)
    for field in dataclasses.fields(config)
    if (info := param_info(field)) is not None
]


@pytest.mark.parametrize("info", [each for each in SETTINGS if not each.values[0].choices])
def test_help_says_what_more_does_and_what_less_does(info):
    assert UP.search(info.help)
    assert DOWN.search(info.help)


@pytest.mark.parametrize("info", [each for each in SETTINGS if each.values[0].choices])
def test_help_speaks_of_every_choice(info):
    assert [choice for choice in info.choices if choice not in info.help] == []
