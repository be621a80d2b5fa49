"""For students: what a setting's help says of raising it is also said of lowering it."""

import dataclasses
import re

import pytest
from retroml_tianshou import retroml_algorithms

from retroml_core.builtin.configs import CatchConfig, RandomConfig
from retroml_core.params import param_info

UP = re.compile(r"\b(higher|more|larger|longer|close to 1|1 is)\b", re.IGNORECASE)
DOWN = re.compile(r"\b(lower|fewer|less|smaller|shorter)\b", re.IGNORECASE)


def settings(wanted):
    """Those that `wanted(default, info)` picks; what algorithms share word for word once."""
    found = {}
    for config in (*(spec.config for spec in retroml_algorithms()), RandomConfig, CatchConfig):
        for field in dataclasses.fields(config):
            info = param_info(field)
            if info is not None and wanted(field.default, info):
                found.setdefault((field.name, info.help), pytest.param(info, id=f"{config.__name__}.{field.name}"))
    return list(found.values())


@pytest.mark.parametrize("info", settings(lambda default, info: info.ge is not None))
def test_help_of_a_number_says_what_more_does_and_what_less_does(info):
    """Each in words of its own: "more make calmer steps, fewer noisier ones" says both, "higher plays on less" one."""
    clauses = re.split(r"[,;:.(]|\bbut\b", info.help)
    up = {place for place, clause in enumerate(clauses) if UP.search(clause)}
    down = {place for place, clause in enumerate(clauses) if DOWN.search(clause)}
    assert up
    assert down
    assert len(up | down) > 1


@pytest.mark.parametrize("info", settings(lambda default, info: isinstance(default, bool)))
def test_help_of_a_switch_says_what_on_does_and_what_off_does(info):
    assert re.search(r"\bon\b", info.help)
    assert re.search(r"\boff\b", info.help)


@pytest.mark.parametrize("info", settings(lambda default, info: info.choices))
def test_help_speaks_of_every_choice(info):
    assert [choice for choice in info.choices if choice not in info.help] == []
