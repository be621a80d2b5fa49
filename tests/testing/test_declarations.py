"""The checks of specs and config dataclasses find what they are for, and say what to do."""

from dataclasses import dataclass, field

import pytest

from retroml_core import MetricSpec, param
from retroml_core.schema import NetworkConfig
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_declared, require_spec


@dataclass
class Good:
    name: str = "good"
    rate: float = param(0.5, ge=0, le=1, help="How fast.")
    network: NetworkConfig = field(default_factory=NetworkConfig)


def test_a_good_config_passes():
    require_declared(Good, "good")


def test_the_name_must_be_that_of_the_spec():
    with pytest.raises(AssertionError, match='must default to "better"'):
        require_declared(Good, "better")


def test_a_config_without_a_name_is_found():
    @dataclass
    class Nameless:
        rate: float = param(0.5, help="How fast.")

    with pytest.raises(AssertionError, match="field name"):
        require_declared(Nameless, "x")


def test_a_plain_class_is_found():
    with pytest.raises(AssertionError, match="@dataclass"):
        require_declared(int, "x")


def test_a_field_without_a_declaration_is_found():
    @dataclass
    class Bare:
        name: str = "bare"
        rate: float = 0.5

    with pytest.raises(AssertionError, match=r"Bare.rate: declare it with param"):
        require_declared(Bare, "bare")


def test_a_field_without_help_is_found():
    @dataclass
    class Silent:
        name: str = "silent"
        rate: float = param(0.5, help=" ")

    with pytest.raises(AssertionError, match="one sentence"):
        require_declared(Silent, "silent")


@pytest.mark.parametrize("value", [-1, 2])
def test_a_default_outside_its_own_limits_is_found(value):
    @dataclass
    class Wide:
        name: str = "wide"
        rate: float = param(value, ge=0, le=1, help="How fast.")

    with pytest.raises(AssertionError, match="outside its own limits"):
        require_declared(Wide, "wide")


def test_a_field_without_a_default_is_found():
    @dataclass
    class Asking:
        name: str = "asking"
        rate: float = field(kw_only=True)

    with pytest.raises(AssertionError, match=r"\['rate'\] must have defaults"):
        require_declared(Asking, "asking")


def spec(**changes):
    known = {"name": "good", "title": "Good", "summary": "Good.", "config": Good, "factory": "builtins:dict"}
    return MetricSpec(**{**known, **changes})


def test_a_good_spec_passes():
    require_spec(spec())


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"name": "Good One"}, "lower-case"),
        ({"title": " "}, "title"),
        ({"summary": "no full stop"}, "full stop"),
        ({"factory": "math:pi"}, "must name a function"),
    ],
)
def test_faults_of_a_spec_are_found(changes, advice):
    with pytest.raises(AssertionError, match=advice):
        require_spec(spec(**changes))


def test_a_factory_that_is_not_there_is_found():
    with pytest.raises(ModuleNotFoundError):
        require_spec(spec(factory="no_such_module:make"))


def test_require_is_silent_when_all_is_well():
    assert require([1], "never said") is None
