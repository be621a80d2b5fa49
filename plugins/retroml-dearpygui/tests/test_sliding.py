"""Sliders over the usual range of a setting."""

from dataclasses import dataclass

import pytest
from retroml_dearpygui.forms.fields import fields_of
from retroml_dearpygui.forms.sliding import scale_of
from retroml_dearpygui.forms.texts import fault_of, warning_of

from retroml_core.params import param


@dataclass
class Settings:
    """One of each kind."""

    rate: float = param(2.5e-4, ge=1e-7, le=1.0, soft_ge=1e-5, soft_le=1e-2, help="Goes by factors.")
    gamma: float = param(0.99, ge=0.0, le=1.0, soft_ge=0.9, soft_le=0.9999, help="Goes evenly.")
    batch: int = param(64, ge=1, le=65_536, soft_ge=16, soft_le=512, help="Goes by powers of two.")
    replay: int = param(100_000, ge=100, le=10**9, soft_ge=10_000, soft_le=2_000_000, help="Goes by 1, 2, 5.")
    epochs: int = param(4, ge=1, le=100, soft_le=10, help="Goes by one.")
    free: int = param(4, ge=1, le=100, help="Has no usual range.")
    maybe: float | None = param(None, ge=0.0, soft_le=1.0, help="May be empty.")
    words: str = param("", help="Is no number.")


FIELDS = {field.key: field for field in fields_of(Settings)}
PLACES = [step / 40 for step in range(41)]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("rate", [1e-5, 0.00056, 0.01]),
        ("gamma", [0.9, 0.965, 0.9999]),
        ("batch", [16, 128, 512]),
        ("replay", [10_000, 200_000, 2_000_000]),
        ("epochs", [1, 7, 10]),
    ],
)
def test_places_mean_round_values(key, values):
    scale = scale_of(FIELDS[key])
    assert [scale.value(place) for place in (0.0, 0.65 if key in ("gamma", "epochs") else 0.5834, 1.0)] == values


@pytest.mark.parametrize("key", ["rate", "gamma", "batch", "replay", "epochs"])
def test_a_value_stays_where_it_was_slid_to(key):
    scale = scale_of(FIELDS[key])
    for place in PLACES:
        value = scale.value(place)
        assert scale.value(scale.place(value)) == value


@pytest.mark.parametrize("key", ["rate", "gamma", "batch", "replay", "epochs"])
def test_every_place_is_allowed_and_usual(key):
    field = FIELDS[key]
    values = [scale_of(field).value(place) for place in PLACES]
    assert values == sorted(values)
    assert all(type(value) is (int if field.kind == "whole" else float) for value in values)
    assert all(not fault_of(field, value) and not warning_of(field, value) for value in values)


def test_a_value_outside_lies_at_the_nearer_end():
    scale = scale_of(FIELDS["rate"])
    assert (scale.place(1e-7), scale.place(1.0), scale.place(None)) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize("key", ["free", "maybe", "words"])
def test_what_has_no_usual_range_has_no_slider(key):
    assert scale_of(FIELDS[key]) is None
