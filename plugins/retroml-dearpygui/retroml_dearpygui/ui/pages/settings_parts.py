"""The cards of the settings that list things: plugins, and what the app is made of."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, inside, refill, row, text
from retroml_dearpygui.viewmodels.trash import RETENTION
from retroml_dearpygui.viewmodels.wording import size, when

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retroml_core.plugins.manager import PluginInfo
    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.viewmodels.settings import SettingsViewModel
    from retroml_dearpygui.viewmodels.trash import Trash

__all__ = ["build_about", "build_plugins", "build_trash"]

MOST_TRASHED = 100
PRIVACY = (
    "Nothing that you do here is sent anywhere: runs, films and settings stay in your data folder. "
    "Only the set-up goes to the network, for the packages it installs."
)
WEIGHTS = {"On": 0.3, "": 0.4, "What": 0.3, "Name": 2.0, "Size": 0.4}


def build_plugins(ui: Ui, vm: SettingsViewModel, parent: Item) -> None:
    """List the plugins anew in `parent`: version, what is wrong with them, a switch."""
    with refill(parent), card(ui, "Plugins", icons.LAYERS), _table(ui, ("On", "Plugin", "Version", "Distribution", "State")):
        for plugin in vm.plugins:
            with dpg.table_row():
                _switch(vm, plugin)
                text(ui, plugin.name)
                text(ui, plugin.version, tone="muted")
                text(ui, plugin.distribution, tone="muted")
                _state(ui, plugin)


def build_about(ui: Ui, vm: SettingsViewModel, parent: Item) -> None:
    """List anew in `parent` what the app is made of, with versions and licences."""
    with refill(parent), card(ui, "About Retro ML", icons.INFO):
        text(ui, "Train reinforcement-learning agents on Atari games and watch them learn.", tone="muted", wrap=0)
        text(ui, PRIVACY, tone="muted", wrap=0, tag="settings.privacy")
        with _table(ui, ("Part", "Version", "Licence")):
            for part in vm.about:
                with dpg.table_row():
                    text(ui, part.name)
                    text(ui, part.version, tone="muted")
                    text(ui, part.licence, tone="muted")
        with row(ui):
            button(ui, "Copy versions", vm.copy_report, icon=icons.COPY, tag="settings.about.copy")


def build_trash(ui: Ui, vm: Trash, parent: Item) -> None:
    """List anew in `parent` what lies in the trash, each with the way back; nothing where it is empty."""
    dpg.delete_item(parent, children_only=True)
    if not vm.items:
        return
    with inside(parent), card(ui, "In the trash", icons.TRASH_2):
        text(ui, RETENTION, "small", wrap=0)
        with _table(ui, ("", "What", "Name", "Deleted", "Size")):
            for index, item in enumerate(vm.items[:MOST_TRASHED]):
                with dpg.table_row():
                    button(ui, "Restore", partial(vm.restore, item), "link", tag=f"settings.trashed.{index}")
                    text(ui, item.kind, tone="muted")
                    text(ui, item.title)
                    text(ui, when(item.deleted_at), tone="muted")
                    text(ui, size(item.size_bytes), tone="muted")
        if len(vm.items) > MOST_TRASHED:
            text(ui, f"and {len(vm.items) - MOST_TRASHED:,} more, deleted earlier", "small")


def _switch(vm: SettingsViewModel, plugin: PluginInfo) -> None:
    dpg.add_checkbox(
        default_value=vm.is_on(plugin), enabled=vm.can_switch(plugin.name), tag=f"settings.plugin.{plugin.name}",
        callback=lambda _sender, on: vm.switch(plugin.name, on),
    )  # fmt: skip


def _state(ui: Ui, plugin: PluginInfo) -> None:
    if plugin.failures:
        text(ui, " ".join(str(failure) for failure in plugin.failures), tone="danger", wrap=0)
    else:
        text(ui, "works" if plugin.enabled else "switched off", tone="ok" if plugin.enabled else "muted")


@contextmanager
def _table(ui: Ui, heads: Sequence[str]) -> Iterator[Item]:
    with dpg.table(header_row=True, borders_innerH=True, policy=dpg.mvTable_SizingStretchProp) as table:
        for head in heads:
            dpg.add_table_column(label=head, width_stretch=True, init_width_or_weight=WEIGHTS.get(head, 1.0))
        ui.theme(table, "table")
        yield table
