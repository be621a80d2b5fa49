"""The fields of a form, drawn from what was declared: label with its meaning, editor, what is wrong, a mark when changed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_dearpygui.forms.fields import Field, Kind
from retroml_dearpygui.forms.sliding import Scale, scale_of
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, cell, clickable, grid, row, tooltip

if TYPE_CHECKING:
    from retroml_dearpygui.forms.form import Form
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["FormView"]

NUMBER_WIDTH = 88


class FormView:
    """Draws fields of a `Form` under tags `<prefix>.<key>`; `edit` is called with what was typed, `put` with a choice.

    A click on a label calls `learn` with its field: there is more to say than a tooltip holds. What `below` holds for a key is
    called to draw something below the editor of that field.
    """

    def __init__(
        self,
        ui: Ui,
        prefix: str,
        *,
        edit: Callable[[str, str], None],
        put: Callable[[str, Any], None],
        revert: Callable[[str], None],
        learn: Callable[[Field], None] | None = None,
        below: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        self._ui = ui
        self._prefix = prefix
        self._edit = edit
        self._put = put
        self._revert = revert
        self._learn = learn
        self._below = below or {}
        self._drawn: list[Field] = []
        self._scales: dict[str, Scale] = {}

    def build(self, fields: Iterable[Field], form: Form, label_width: float = 150) -> None:
        """Draw `fields` in the current container, in addition to those already drawn."""
        for field in fields:
            self._drawn.append(field)
            with grid(self._ui, [-label_width, 1, -34]):
                with row(self._ui, 6):
                    dpg.add_text(field.label, tag=self._tag(field, "label"), color=self._ui.tone("muted"))
                    self._explain(field)
                with cell():
                    self._editor(field, form)
                    dpg.add_text("", tag=self._tag(field, "words"), show=False, wrap=0)
                    self._ui.font(self._tag(field, "words"), "small")
                    if field.key in self._below:
                        self._below[field.key]()
                button(
                    self._ui,
                    "",
                    functools.partial(self._revert, field.key),
                    "ghost",
                    icon=icons.ROTATE_CCW,
                    tip="Back to what the preset says",
                    tag=self._tag(field, "revert"),
                    show=False,
                )

    def _explain(self, field: Field) -> None:
        """What the label says when the mouse rests on it, and that it leads on to the help."""
        label, more = self._tag(field, "label"), "\nClick to learn more." if self._learn else ""
        tooltip(self._ui, label, field.tooltip + more, field.label)
        if self._learn is not None:
            clickable(label, functools.partial(self._learn, field))

    def clear(self) -> None:
        """The fields were taken away with their container."""
        self._drawn, self._scales = [], {}

    def show(self, form: Form) -> None:
        """Bring what is shown up to date: values, faults, marks."""
        for field in self._drawn:
            if field.key in form.fields:
                self._show(field, form)

    def _show(self, field: Field, form: Form) -> None:
        tag = self._tag(field)
        if field.kind is Kind.SWITCH:
            dpg.set_value(tag, bool(form.value(field.key)))
        elif not dpg.is_item_active(tag):
            dpg.set_value(tag, form.text(field.key))
        if field.key in self._scales and not dpg.is_item_active(self._tag(field, "slider")):
            dpg.set_value(self._tag(field, "slider"), self._scales[field.key].place(form.value(field.key)))
        fault, warning = form.fault(field.key), form.warning(field.key)
        words = self._tag(field, "words")
        dpg.configure_item(words, show=bool(fault or warning), color=self._ui.tone("danger" if fault else "warn"))
        dpg.set_value(words, fault or warning)
        changed = form.changed(field.key)
        dpg.configure_item(self._tag(field, "revert"), show=changed)
        dpg.configure_item(self._tag(field, "label"), color=self._ui.tone("text" if changed else "muted"))
        if field.kind is not Kind.SWITCH:
            self._ui.theme(tag, "bad_value" if fault else "changed_value" if changed else "usual_value")

    def _editor(self, field: Field, form: Form) -> None:
        tag, key = self._tag(field), field.key
        if field.kind is Kind.SWITCH:
            dpg.add_checkbox(
                tag=tag, default_value=bool(form.value(key)), callback=lambda _sender, on: self._put(key, bool(on))
            )
        elif field.kind is Kind.CHOICE:
            choices = [*([""] if field.optional else []), *field.info.choices]
            dpg.add_combo(
                choices,
                tag=tag,
                default_value=form.text(key),
                width=-1,
                callback=lambda _sender, chosen: self._put(key, chosen or (None if field.optional else chosen)),
            )
        elif (scale := scale_of(field)) is not None:
            with row(self._ui, 6):
                self._written(field, form, self._ui.px(NUMBER_WIDTH))
                self._slider(field, scale)
        else:
            self._written(field, form, -1)
        tooltip(self._ui, tag, field.tooltip, field.label)

    def _written(self, field: Field, form: Form, width: int) -> None:
        key = field.key
        dpg.add_input_text(
            tag=self._tag(field),
            default_value=form.text(key),
            hint="automatic" if field.optional else field.info.unit,
            width=width,
            callback=lambda _sender, text: self._edit(key, text),
        )

    def _slider(self, field: Field, scale: Scale) -> None:
        """A slider over the usual range, beside what is written."""
        tag, key = self._tag(field, "slider"), field.key
        dpg.add_slider_float(
            tag=tag,
            max_value=1.0,
            format="",
            width=-1,
            no_input=True,
            callback=lambda _sender, place: self._put(key, scale.value(place)),
        )
        self._scales[key] = scale

    def _tag(self, field: Field, part: str = "") -> str:
        return ".".join(filter(None, [self._prefix, field.key, part]))
