"""Settings: a card for each subject."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.specs import Mode
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.pages.settings_parts import build_about, build_plugins, build_trash
from retroml_dearpygui.ui.widgets.basic import button, card, grid, row, segmented, text
from retroml_dearpygui.ui.widgets.panels import Panels
from retroml_dearpygui.viewmodels.settings import DEVICES, MOST_DAYS, MOST_RUNS, UPDATES, SettingsViewModel
from retroml_dearpygui.viewmodels.wording import several, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["SettingsPage"]

LABEL = 190
MODE_WORDS = {
    Mode.HOBBYIST: "Train, watch, enjoy. What is hidden keeps its value.",
    Mode.STUDENT: "All settings of training, experiments and what they mean.",
    Mode.RESEARCH: "Everything, for many runs at a time.",
    Mode.INSTITUTION: "Everything, for many people.",
}


class SettingsPage(Page):
    """Data, looks, messages, tidying up, plugins, about; and what plugins add to `settings.section`."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(SettingsViewModel)
        self.panels = Panels(desk, ui, "settings.section")
        self._seen = -1
        self._parts: object = None
        self._trash_seen = -1

    def open(self, **arguments: str) -> None:
        """Count anew."""
        self.vm.refresh()

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        self._seen, self._parts, self._trash_seen = -1, None, -1
        self._build_mode()
        self._build_looks()
        self._build_training()
        self._build_data()
        dpg.add_group(tag="settings.trashed")
        self._build_tidying()
        self.panels.build()
        for part in ("plugins", "about"):
            dpg.add_group(tag=f"settings.{part}")

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self.panels.tick(dt, None)
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()
        if self._trash_seen != self.vm.trash.version:
            self._trash_seen = self.vm.trash.version
            build_trash(self.ui, self.vm.trash, "settings.trashed")

    # --- building -------------------------------------------------------------------------------------------------------

    def _build_mode(self) -> None:
        ui, now = self.ui, self.desk.settings.now
        with card(ui, "How much the app shows", icons.GRADUATION_CAP):
            segmented(
                ui, self.vm.modes, str(now.mode), lambda mode: self.vm.set_mode(int(mode)), tag="settings.mode", width=120
            )
            text(ui, MODE_WORDS[Mode(now.mode)], "small", tag="settings.mode.words", wrap=0)

    def _build_looks(self) -> None:
        ui, vm, now = self.ui, self.vm, self.desk.settings.now
        with card(ui, "Looks and messages", icons.SUN):
            with self._line("Colours"):
                segmented(ui, vm.looks, now.theme, vm.set_look, tag="settings.theme", width=100)
            with self._line("Size of text"):
                titles = dict(vm.scales)
                dpg.add_combo(
                    list(titles.values()), default_value=titles.get(now.scale, f"{now.scale:.0%}"), width=ui.px(180),
                    tag="settings.scale", callback=lambda _sender, title: vm.set_scale({t: s for s, t in vm.scales}[title]),
                )  # fmt: skip
            with self._line("Notifications"):
                dpg.add_checkbox(
                    label="Tell me when a training ends while I do something else", default_value=now.notify,
                    tag="settings.notify", callback=lambda _sender, notify: vm.set_notify(notify),
                )  # fmt: skip

            with self._line("Curves are renewed"):
                updates = {f"every {seconds:g} s": seconds for seconds in UPDATES}
                dpg.add_combo(
                    list(updates), default_value=f"every {now.update_seconds:g} s", width=ui.px(180), tag="settings.update",
                    callback=lambda _sender, title: vm.set_update_seconds(updates[title]),
                )  # fmt: skip
            with self._line("Columns and panels"):
                button(ui, "Reset layout", vm.reset_layout, icon=icons.ROTATE_CCW, tag="settings.layout")

    def _build_training(self) -> None:
        ui, vm = self.ui, self.vm
        with card(ui, "New trainings", icons.CPU), self._line("Networks run on"):
            now = self.desk.settings.now.device
            segmented(ui, DEVICES, now, lambda device: vm.set_device(device), tag="settings.device", width=120)

    def _build_data(self) -> None:
        ui, vm = self.ui, self.vm
        with card(ui, "Data", icons.HARD_DRIVE):
            with self._line("Folder for runs and films"):
                dpg.add_input_text(
                    default_value=vm.folder, width=ui.px(470), tag="settings.folder", on_enter=True,
                    enabled=not vm.fixed_by, callback=lambda _sender, path: vm.set_folder(path),
                )  # fmt: skip
                if not vm.fixed_by:
                    button(ui, "Use", lambda: vm.set_folder(dpg.get_value("settings.folder")), tag="settings.folder.use")
                    button(ui, "Browse", vm.browse, icon=icons.FOLDER, tag="settings.folder.browse")
                button(ui, "", vm.open_folder, "ghost", icon=icons.FOLDER_OPEN, tip="Show it", tag="settings.folder.show")
            fixed = f"It is set by {vm.fixed_by}." if vm.fixed_by else ""
            text(ui, fixed, "small", tag="settings.folder.note", wrap=0, show=bool(fixed))
            text(ui, "", tone="danger", tag="settings.folder.problem", wrap=0, show=False)
            with self._line("On disk"):
                text(ui, "Counting ...", tone="muted", tag="settings.storage", wrap=0)
            with self._line("Trash"):
                text(ui, "", tone="muted", tag="settings.trash")
                button(ui, "Empty the trash", vm.empty_trash, "danger", icon=icons.TRASH_2, tag="settings.trash.empty")

    def _build_tidying(self) -> None:
        ui, vm = self.ui, self.vm
        with card(ui, "Tidying up", icons.ARCHIVE):
            words = "Nothing is deleted by itself. Runs with the tag favourite, and those that others go on from, always stay."
            text(ui, words, "small", wrap=0)
            with self._line("Keep runs of the last"):
                self._number("settings.days", vm.rule.days, MOST_DAYS, lambda days: vm.set_rule(days=days))
                text(ui, "days, and the newest", tone="muted")
                self._number("settings.runs", vm.rule.runs, MOST_RUNS, lambda runs: vm.set_rule(runs=runs))
                text(ui, "runs whatever their age", tone="muted")
            with row(ui):
                button(ui, "See what that would delete", vm.preview, icon=icons.EYE, tag="settings.preview")
                button(ui, "Delete them", vm.tidy, "danger", icon=icons.TRASH_2, tag="settings.tidy", show=False)
            text(ui, "", tone="muted", tag="settings.outdated", wrap=0, show=False)

    @contextmanager
    def _line(self, label: str) -> Iterator[None]:
        """A label, and beside it what follows."""
        with grid(self.ui, [-LABEL, 1]):
            text(self.ui, label, tone="muted")
            with row(self.ui):
                yield

    def _number(self, tag: str, value: int, most: int, write: object) -> None:
        dpg.add_input_int(
            default_value=value, min_value=0, max_value=most, min_clamped=True, max_clamped=True, step=0,
            width=self.ui.px(80), tag=tag, callback=lambda _sender, number: write(number),  # type: ignore[operator]  # a command
        )  # fmt: skip

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        vm = self.vm
        self._say("settings.folder.problem", vm.folder_problem)
        if vm.folder_note:
            self._say("settings.folder.note", vm.folder_note)
        if vm.folder != dpg.get_value("settings.folder") and not dpg.is_item_active("settings.folder"):
            dpg.set_value("settings.folder", vm.folder)
        if vm.storage is not None:
            found = vm.storage
            parts = (("runs", found.experiments), ("models", found.models), ("cache", found.cache), ("index", found.database))
            words = ", ".join(f"{name} {size(count)}" for name, count in parts)
            dpg.set_value("settings.storage", f"{words}; {size(found.free)} free of {size(found.total)}")
            dpg.set_value("settings.trash", size(found.trash))
        dpg.configure_item("settings.trash.empty", enabled=bool(vm.storage and vm.storage.trash))
        self._show_outdated()
        parts_now = tuple(vm.plugins), tuple(vm.about), dict(vm.switched)
        if parts_now != self._parts:
            self._parts = parts_now
            build_plugins(self.ui, vm, "settings.plugins")
            build_about(self.ui, vm, "settings.about")

    def _show_outdated(self) -> None:
        rows = self.vm.outdated
        dpg.configure_item("settings.tidy", show=bool(rows))
        if rows:
            names = ", ".join(row.name or row.id for row in rows[:5])
            more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
            self._say("settings.outdated", f"{several(len(rows), 'run')}: {names}{more}")
        else:
            self._say("settings.outdated", "Nothing would be deleted." if rows == [] else "")

    def _say(self, tag: str, words: str) -> None:
        dpg.set_value(tag, words)
        dpg.configure_item(tag, show=bool(words))
