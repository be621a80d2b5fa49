"""The lower half of a run's page: notes, settings, checkpoints, films, log, provenance; one of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, grid, refill, row, segmented, text
from retroml_dearpygui.viewmodels.wording import million, play_time, score, size, when

if TYPE_CHECKING:
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.services.run_report import RunReport
    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel

__all__ = ["Parts"]

TITLES = (
    ("notes", "Notes"),
    ("settings", "Settings"),
    ("checkpoints", "Checkpoints"),
    ("films", "Films"),
    ("log", "Log"),
    ("provenance", "Made with"),
)
MINUTES = 30.0


class Parts:
    """Each part is made anew when what it shows changed, so that what is being typed elsewhere stays."""

    def __init__(self, desk: Desk, ui: Ui, vm: RunDetailViewModel) -> None:
        self.desk, self.ui, self.vm = desk, ui, vm
        self.part = "notes"
        self._report: RunReport | None = None
        self._shown: object = None
        self._minutes = MINUTES

    def build(self) -> None:
        """Make the choice of parts and the card for them."""
        self._shown = None
        segmented(self.ui, TITLES, self.part, self._choose, tag="detail.parts", width=116)
        with card(self.ui, tag="detail.part"):
            pass

    def show(self, report: RunReport) -> None:
        """Show the part chosen, of this report."""
        self._report = report
        data, make = {
            "notes": (report.labels, self._notes),
            "settings": ((report.settings, self.vm.differences), self._settings),
            "checkpoints": (report.checkpoints, self._checkpoints),
            "films": (report.films, self._films),
            "log": ((report.log, report.faults), self._log),
            "provenance": ((report.provenance, report.parts), self._provenance),
        }[self.part]
        key = report.row.id, self.part, data
        if key != self._shown:
            self._shown = key
            with refill("detail.part"):
                make(report)

    def _choose(self, part: str) -> None:
        self.part = part
        if self._report is not None:
            self.show(self._report)

    # --- parts ----------------------------------------------------------------------------------------------------------

    def _notes(self, report: RunReport) -> None:
        ui, labels = self.ui, report.labels
        self._field("Name", "detail.name", labels.name, "A name for people", lambda words: self.vm.rename(words))
        hint = "Words with commas; favourite keeps it from being tidied away"
        self._field("Tags", "detail.tags", ", ".join(labels.tags), hint, lambda words: self.vm.set_tags(words))
        text(ui, "Notes", tone="muted")
        dpg.add_input_text(
            default_value=labels.notes, multiline=True, width=-1, height=ui.px(110), tag="detail.notes", on_enter=False
        )
        button(
            ui, "Save notes", lambda: self.vm.set_notes(dpg.get_value("detail.notes")), icon=icons.SAVE, tag="detail.notes.save"
        )

    def _settings(self, report: RunReport) -> None:
        ui = self.ui
        text(ui, "Not as in the preset", "strong")
        if self.vm.differences:
            rows = [(found.key, found.value, found.usual) for found in self.vm.differences]
            self._table(("Setting", "This run", "Preset"), rows, "detail.differences")
        else:
            usual = "Everything is as the preset has it." if self.vm.differences is not None else "Reading ..."
            text(ui, self.vm.config_problem or usual, tone="muted", wrap=0)
        text(ui, "All settings", "strong")
        self._table(("Setting", "Value"), report.settings, "detail.settings")

    def _checkpoints(self, report: RunReport) -> None:
        ui = self.ui
        if not report.checkpoints:
            text(ui, "No checkpoint yet. They are saved every few minutes and when the training ends.", tone="muted", wrap=0)
            return
        with row(ui):
            text(ui, "Train on for", tone="muted")
            dpg.add_input_float(
                default_value=self._minutes, min_value=0.1, max_value=100_000, min_clamped=True, max_clamped=True, step=0,
                width=ui.px(90), format="%.4g", tag="detail.minutes", callback=lambda _sender, value: self._set_minutes(value),
            )  # fmt: skip
            text(ui, "minutes from a checkpoint that holds the whole state:", tone="muted")
        with self._grid(("Checkpoint", "Why", "Score", "Size", "Saved", ""), "detail.checkpoints"):
            for kept in reversed(report.checkpoints):
                self._checkpoint(kept)

    def _checkpoint(self, kept: Checkpoint) -> None:
        ui = self.ui
        with dpg.table_row():
            text(ui, f"step {million(kept.step)}")
            for words in (kept.why, score(kept.score), size(kept.size_bytes), when(kept.created_at * 1000)):
                text(ui, words, tone="muted")
            with row(ui, 6):
                name = kept.name
                button(ui, "Save as model", lambda: self.vm.save_model(name), "link", tag=f"detail.checkpoint.{name}.model")
                if kept.full:
                    button(
                        ui,
                        "Train on",
                        lambda: self.vm.train_on(name, self._minutes),
                        "link",
                        tag=f"detail.checkpoint.{name}.on",
                    )

    def _films(self, report: RunReport) -> None:
        ui = self.ui
        if not report.films:
            text(ui, "No films yet.", tone="muted")
        for film in report.films:
            with row(ui):
                play = partial(self.desk.go, "videos", play=str(film.path))
                button(ui, "Play", play, icon=icons.PLAY, tag=f"detail.film.{film.name}")
                text(ui, f"{film.label}     {play_time(film.seconds)}     {size(film.size_bytes)}", tone="muted")
        button(
            ui,
            "Make a film",
            lambda: self.desk.go("videos", make=report.row.id),
            "link",
            icon=icons.FILM,
            tag="detail.films.make",
        )

    def _log(self, report: RunReport) -> None:
        ui = self.ui
        for fault in report.faults:
            text(ui, f"{icons.TRIANGLE_ALERT}  {fault}", tone="warn", wrap=0)
        words = report.log or "The log is empty."
        item = dpg.add_input_text(
            default_value=words, multiline=True, readonly=True, width=-1, height=ui.px(300), tag="detail.log"
        )
        ui.font(item, "mono")
        button(ui, "Copy log", lambda: self.desk.copy(report.log, "The log"), icon=icons.COPY, tag="detail.log.copy")

    def _provenance(self, report: RunReport) -> None:
        sizes = [(f"files: {name}", size(count)) for name, count in report.parts]
        self._table(("What", "Value"), [*report.provenance, *sizes], "detail.provenance")

    # --- pieces ---------------------------------------------------------------------------------------------------------

    def _set_minutes(self, minutes: float) -> None:
        self._minutes = minutes

    def _field(self, label: str, tag: str, value: str, hint: str, write: Callable[[str], None]) -> None:
        with grid(self.ui, [-60, -470, 1]):
            text(self.ui, label, tone="muted")
            dpg.add_input_text(
                default_value=value, hint=hint, width=-1, tag=tag, on_enter=True,
                callback=lambda _sender, words: write(words),
            )  # fmt: skip
            button(self.ui, "Save", lambda: write(dpg.get_value(tag)), "ghost", tag=f"{tag}.save")

    @contextmanager
    def _grid(self, heads: Sequence[str], tag: str) -> Iterator[Item]:
        with dpg.table(header_row=True, borders_innerH=True, policy=dpg.mvTable_SizingStretchProp, tag=tag) as table:
            for head in heads:
                dpg.add_table_column(label=head)
            yield table
        self.ui.theme(tag, "table")

    def _table(self, heads: Sequence[str], rows: Sequence[tuple[str, ...]], tag: str) -> None:
        with self._grid(heads, tag):
            for cells in rows:
                with dpg.table_row():
                    for place, words in enumerate(cells):
                        self.ui.font(text(self.ui, words, tone="text" if place == 1 else "muted", wrap=0), "mono")
