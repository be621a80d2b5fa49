"""Set-up: what is installed here, installing what is missing, and how the machine stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_core.commands.doctor import Verdict
from retroml_dearpygui.services.help_pages import MARKS
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.widgets.basic import bar, button, card, refill, row, space, text
from retroml_dearpygui.viewmodels.set_up import SetUpViewModel, Stage

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["SetUpPage"]

TONES = {Verdict.GOOD: "ok", Verdict.NOTE: "warn", Verdict.BAD: "danger"}
ICONS = {
    Stage.COMPLETE: icons.CIRCLE_CHECK,
    Stage.DONE: icons.CIRCLE_CHECK,
    Stage.FAILED: icons.TRIANGLE_ALERT,
    Stage.NEEDED: icons.DOWNLOAD,
    Stage.WORKING: icons.DOWNLOAD,
}
DETAIL_LETTERS = 110


class SetUpPage(Page):
    """Tags `setup.start`, `setup.stop`, `setup.words`, `setup.step`, `setup.again`, `setup.copy`, `setup.findings`."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(SetUpViewModel)
        self._seen = -1
        self._listed: object = None

    @property
    def fps(self) -> float:
        """Seconds are counted while it works."""
        return 4.0 if self.vm.stage is Stage.WORKING else 0.0

    def open(self, **arguments: str) -> None:
        """Look anew."""
        self.vm.refresh()

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        ui, vm = self.ui, self.vm
        self._seen, self._listed = -1, None
        with card(ui, tag="setup.state"):
            with row(ui, 10):
                dpg.add_text("", tag="setup.icon", color=ui.tone("accent_high"))
                text(ui, "", "h2", tag="setup.title")
            text(ui, "", tone="muted", tag="setup.text", wrap=0)
            with dpg.group(tag="setup.progress", show=False):
                space(ui, 4)
                bar(ui, tag="setup.bar")
                text(ui, "", "strong", tag="setup.step")
                text(ui, "", "mono", "muted", tag="setup.detail")
            text(ui, "", "mono", "danger", tag="setup.words", wrap=0, show=False)
            with row(ui, tag="setup.buttons"):
                button(ui, "Set up", vm.start, "primary", icon=icons.DOWNLOAD, tag="setup.start")
                button(ui, "Stop", vm.stop, icon=icons.CIRCLE_STOP, tag="setup.stop")
        with card(ui, "This machine", icons.CPU):
            dpg.add_group(tag="setup.findings")
            with row(ui):
                button(ui, "Look again", vm.refresh, icon=icons.REPEAT, tag="setup.again")
                button(ui, "Copy", vm.copy, icon=icons.COPY, tip="To paste into a question or a report", tag="setup.copy")

    def tick(self, dt: float) -> None:
        """Show what is new; begin again once all is installed."""
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()
        if self.vm.stage is Stage.DONE and not self.desk.begins_again:
            self.desk.begins_again = True
            dpg.stop_dearpygui()

    def _show(self) -> None:
        vm, working = self.vm, self.vm.stage is Stage.WORKING
        dpg.set_value("setup.icon", ICONS[vm.stage])
        dpg.set_value("setup.title", vm.title)
        dpg.set_value("setup.text", vm.text)
        dpg.configure_item("setup.progress", show=working)
        dpg.set_value("setup.bar", vm.share)
        dpg.set_value("setup.step", vm.step)
        dpg.set_value("setup.detail", vm.news.detail[:DETAIL_LETTERS] if vm.news else "")
        dpg.set_value("setup.words", vm.words)
        dpg.configure_item("setup.words", show=bool(vm.words))
        dpg.configure_item("setup.start", show=vm.can_start)
        dpg.set_item_label("setup.start", f"{icons.DOWNLOAD}  {'Try again' if vm.stage is Stage.FAILED else 'Set up'}")
        dpg.configure_item("setup.stop", show=working)
        dpg.configure_item("setup.buttons", show=working or vm.can_start)
        if self._listed is not vm.findings:
            self._listed = vm.findings
            self._fill()

    def _fill(self) -> None:
        ui = self.ui
        with refill("setup.findings"):
            if not self.vm.findings:
                text(ui, "Looking ...", tone="muted")
            else:
                with dpg.table(header_row=False, borders_innerH=True, policy=dpg.mvTable_SizingStretchProp) as table:
                    for weight in (0.9, 0.8, 5.0):
                        dpg.add_table_column(width_stretch=True, init_width_or_weight=weight)
                    for found in self.vm.findings:
                        with dpg.table_row():
                            text(ui, MARKS[found.verdict], tone=TONES[found.verdict], wrap=0)
                            text(ui, found.topic)
                            text(ui, found.text, tone="muted", wrap=0)
                ui.theme(table, "table")
