"""Forms come from declared settings alone; what people write in them is read kindly and refused in words."""

from dataclasses import dataclass, field

import pytest
from retroml_dearpygui.forms.fields import Kind, fields_of
from retroml_dearpygui.forms.form import Form
from retroml_dearpygui.forms.texts import as_override

from retroml_core.params import param


@dataclass
class Inner:
    depth: int = param(2, ge=1, help="How deep.", advanced=True)


@dataclass
class Settings:
    name: str = "mine"
    rate: float = param(0.5, ge=0, le=1, soft_ge=0.1, soft_le=0.9, help="How fast.", live=True, source="a paper")
    games: int = param(8, ge=1, le=64, unit="games", help="How many.")
    kind: str = param("a", choices=("a", "b"), help="Which.")
    on: bool = param(False, help="Whether.")
    limit: int | None = param(None, ge=1, help="At most.")
    sizes: list[int] = param(default_factory=lambda: [3, 4], ge=1, help="How large.")
    texts: dict[str, str] = param(default_factory=dict, help="Which by name.")
    inner: Inner = field(default_factory=Inner)


USUAL = {
    "s.rate": 0.5,
    "s.games": 8,
    "s.kind": "a",
    "s.on": False,
    "s.limit": None,
    "s.sizes": [3, 4],
    "s.texts": {},
    "s.inner.depth": 2,
}


@pytest.fixture
def form():
    return Form(fields_of(Settings, "s"), USUAL)


def test_every_declared_setting_becomes_a_field_of_its_kind():
    kinds = {one.key: one.kind for one in fields_of(Settings, "s")}
    assert kinds == {
        "s.rate": Kind.NUMBER,
        "s.games": Kind.WHOLE,
        "s.kind": Kind.CHOICE,
        "s.on": Kind.SWITCH,
        "s.limit": Kind.WHOLE,
        "s.sizes": Kind.LIST,
        "s.texts": Kind.NAMED,
        "s.inner.depth": Kind.WHOLE,
    }


def test_every_algorithm_installed_has_a_form(app):
    for spec in app.registry.algorithms.values():
        assert all(one.label and one.tooltip for one in fields_of(spec.config, "algorithm"))


def test_a_tooltip_tells_meaning_ranges_and_source():
    rate = fields_of(Settings)[0]
    assert rate.tooltip.splitlines() == [
        "How fast.",
        "Allowed: between 0 and 1.",
        "Usual: between 0.1 and 0.9.",
        "Can be changed while the training goes on.",
        "Default from: a paper.",
    ]


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("s.rate", "2.5e-1", 0.25),
        ("s.rate", "0,25", 0.25),
        ("s.games", "1 6", 16),
        ("s.games", "1e1", 10),
        ("s.limit", "1,000", 1000),
        ("s.limit", "", None),
        ("s.sizes", "[5, 6,7]", [5, 6, 7]),
    ],
)
def test_numbers_are_read_as_people_write_them(form, key, text, value):
    form.set_text(key, text)
    assert (form.value(key), form.fault(key)) == (value, "")


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        ("s.rate", "fast", "'fast' is not a number; write it like 0.00025 or 2.5e-4"),
        ("s.rate", "2", "must be between 0 and 1"),
        ("s.rate", "nan", "needs a finite number"),
        ("s.games", "1.5", "needs a whole number, not 1.5"),
        ("s.games", "", "needs a number"),
        ("s.games", "0", "must be between 1 and 64 games"),
        ("s.sizes", "5, 0", "must be at least 1"),
        ("s.kind", "c", "must be one of a, b"),
    ],
)
def test_what_is_no_value_is_refused_in_words_and_kept_to_be_mended(form, key, text, fault):
    form.set_text(key, text)
    assert (form.fault(key), form.valid) == (fault, False)
    assert form.value(key) == USUAL[key]
    assert form.overrides() == []


def test_texts_by_name_are_read_and_written_as_lines(form):
    form.set_text("s.texts", "win_rate = mean(score >= 1); top=quantile(score, 0.9);")
    assert form.value("s.texts") == {"win_rate": "mean(score >= 1)", "top": "quantile(score, 0.9)"}
    assert form.overrides() == ["s.texts={win_rate:'mean(score >= 1)',top:'quantile(score, 0.9)'}"]
    form.set_value("s.texts", {"a": "1", "b": "2"})
    assert form.text("s.texts") == "a = 1; b = 2"
    form.set_text("s.texts", "")
    assert (form.value("s.texts"), form.changes) == ({}, [])


@pytest.mark.parametrize("text", ["mean(score)", "win rate = 1", "= 1", "a ="])
def test_a_text_without_a_name_is_refused(form, text):
    form.set_text("s.texts", text)
    assert form.fault("s.texts") == f"{text!r} has no name; write name = value; another = value"


def test_a_fault_of_one_name_is_shown_at_the_field(form):
    form.blame("s.texts.win_rate", "there is no list called 'scores'")
    assert form.fault("s.texts") == "there is no list called 'scores'"


def test_an_unusual_value_is_allowed_with_a_warning(form):
    form.set_text("s.rate", "0.95")
    assert form.valid
    assert form.warning("s.rate") == "is usually between 0.1 and 0.9"


def test_what_differs_from_the_preset_is_marked_and_reverted_one_by_one(form):
    form.set_text("s.rate", "0.7")
    form.set_value("s.on", True)
    assert form.changes == ["s.rate", "s.on"]
    form.revert("s.rate")
    assert form.overrides() == ["s.on=true"]


def test_writing_the_usual_value_again_is_no_change(form):
    form.set_text("s.rate", "0.7")
    form.set_text("s.rate", "0.50")
    assert form.changes == []


def test_a_reset_can_be_undone(form):
    form.set_text("s.rate", "0.7")
    form.set_text("s.games", "x")
    undo = form.reset()
    assert (form.changes, form.valid) == ([], True)
    undo()
    assert (form.value("s.rate"), form.text("s.games"), form.valid) == (0.7, "x", False)


def test_another_preset_keeps_what_the_user_changed(form):
    form.set_text("s.rate", "0.7")
    form.set_value("s.on", True)
    form.rebase(fields_of(Settings, "s"), {**USUAL, "s.rate": 0.7, "s.games": 16})
    assert (form.changes, form.value("s.games")) == (["s.on"], 16)


def test_a_setting_that_another_algorithm_does_not_have_is_forgotten(form):
    form.set_text("s.rate", "0.7")
    form.rebase([], {})
    assert (form.changes, form.overrides()) == ([], [])


def test_a_fault_found_by_others_is_shown_at_its_field(form):
    form.blame("s.games", "too many for this machine")
    assert not form.valid
    form.set_text("s.games", "4")
    assert form.valid


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.set_text("s.games", "4"),
        lambda form: form.set_text("s.games", "x"),
        lambda form: form.set_value("s.on", True),
        lambda form: form.revert("s.games"),
        lambda form: form.rebase(fields_of(Settings, "s"), USUAL),
    ],
    ids=["typed", "mistyped", "chosen", "reverted", "rebased"],
)
def test_what_others_found_no_longer_counts_when_anything_is_new(form, change):
    form.blame("s.rate", "too high for so few games")
    change(form)
    assert form.fault("s.rate") == ""


def test_what_others_found_is_no_change_from_the_preset(form):
    form.blame("s.rate", "too high for so few games")
    assert form.changes == []


def test_an_emptied_field_is_empty(form):
    form.set_text("s.games", "")
    assert (form.text("s.games"), form.fault("s.games")) == ("", "needs a number")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (True, "true"), (1e-4, "0.0001"), ("a'b", r"'a\'b'"), ([1, "x"], "[1,'x']")],
)
def test_overrides_are_written_as_hydra_reads_them(value, text):
    assert as_override("k", value) == f"k={text}"


def test_any_text_survives_the_way_through_an_override(app):
    from retroml_core.config.composing import compose

    words = ["plain", "it's", 'say "x"', "a=b, {c}", "${seed}", "C:\\x\\", "ä Ω"]
    assert compose(app, [as_override("tags", words)]).tags == words
