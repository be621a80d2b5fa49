"""A training that is to repeat exactly ends at a number of steps: how far a time reaches is never the same twice."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from retroml_dearpygui.forms.fields import Field, fields_of

if TYPE_CHECKING:
    from retroml_core.schema import Budget
    from retroml_dearpygui.forms.form import Form

__all__ = ["STEPS", "SWITCH", "ends_at_steps", "fill_steps", "steps_field"]

SWITCH, STEPS = "deterministic", "budget.steps"
ROUNDED_FROM = 10_000


def steps_field(budget: Budget) -> Field:
    """The field of the steps, which must not be empty where it is shown."""
    (field,) = (field for field in fields_of(budget, "budget") if field.key == STEPS)
    return dataclasses.replace(field, optional=False)


def ends_at_steps(form: Form) -> bool:
    """Whether `form` asks for a training that repeats exactly."""
    return SWITCH in form.fields and bool(form.value(SWITCH))


def fill_steps(form: Form, seconds: float, speed: float) -> None:
    """Write what `seconds` of training come to at `speed` steps a second; nothing where the time itself is the budget."""
    if not ends_at_steps(form):
        form.revert(STEPS)
        return
    steps = seconds * speed
    form.set_value(STEPS, max(1, int(round(steps, -3 if steps >= ROUNDED_FROM else 0))))
