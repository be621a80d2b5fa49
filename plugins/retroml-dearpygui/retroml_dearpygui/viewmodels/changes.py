"""What the user changed of a preset, in words: each change with what the preset says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retroml_dearpygui.forms.fields import Kind
from retroml_dearpygui.forms.repeatable import STEPS
from retroml_dearpygui.forms.texts import as_text

if TYPE_CHECKING:
    from retroml_dearpygui.forms.fields import Field
    from retroml_dearpygui.forms.form import Form
    from retroml_dearpygui.viewmodels.length import Length

__all__ = ["LENGTH", "Change", "changes_of"]

LENGTH = "length"
"""Stands for the key of the length, which is no field of the form."""


@dataclass(frozen=True)
class Change:
    """A setting called `label` that differs: what it is `now` and what is `usual`, both in words."""

    key: str
    label: str
    now: str
    usual: str


def changes_of(form: Form, length: Length, usual: Length) -> list[Change]:
    """What differs from the preset, the length first; what a field holds counts as typed while that is no value."""
    found = [Change(LENGTH, "Length", _time(length), usual.words)] if length.fault or length.seconds != usual.seconds else []
    for key in form.changes:
        if key != STEPS:  # these follow the length
            field = form.fields[key]
            now = form.text(key) if form.fault(key) else _words(field, form.value(key))
            found.append(Change(key, _label(field), now, _words(field, form.usual[key])))
    return found


def _time(length: Length) -> str:
    return f"{length.hours_text or 0} h {length.minutes_text or 0} min" if length.fault else length.words


def _label(field: Field) -> str:
    """ "Learning rate" for a setting of the algorithm, "Film: length" for others that have a group."""
    group, _, rest = field.key.partition(".")
    return f"{group.capitalize()}: {field.label.lower()}" if rest and group != "algorithm" else field.label


def _words(field: Field, value: Any) -> str:
    if value is None:
        return "automatic"
    if field.kind is Kind.SWITCH:
        return "on" if value else "off"
    return as_text(field, value) or "nothing"
