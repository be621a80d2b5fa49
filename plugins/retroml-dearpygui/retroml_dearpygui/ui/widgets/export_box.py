"""`ExportBox`: into which formats and which folder to export, asked for on the page itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.services.pickers import pick_folder
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, row, text, tooltip

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["ExportBox"]

USUAL = ("csv", "json", "png")


class ExportBox:
    """A card that is hidden until `show`; `do` gets the formats ticked and the folder."""

    def __init__(self, desk: Desk, ui: Ui, tag: str, do: Callable[[list[str], Path], None]) -> None:
        self.tag = tag
        self._desk, self._ui, self._do = desk, ui, do

    def build(self) -> None:
        """Make the card in the current container."""
        ui, tag = self._ui, self.tag
        kept = self._desk.settings.recall("export")
        formats = kept.get("formats") or [name for name in USUAL if name in self._desk.app.registry.exporters]
        with card(ui, tag=tag, show=False):
            text(ui, "", "h2", tag=f"{tag}.title")
            with row(ui, 18):
                for spec in self._desk.app.registry.exporters.values():
                    item = dpg.add_checkbox(label=spec.title, tag=f"{tag}.{spec.name}", default_value=spec.name in formats)
                    tooltip(ui, item, spec.summary, spec.title)
            with row(ui):
                start = kept.get("folder") or str(Path.home() / "RetroML exports")
                dpg.add_input_text(default_value=start, width=ui.px(520), tag=f"{tag}.folder", hint="Folder")
                button(ui, "Browse", self._browse, icon=icons.FOLDER, tag=f"{tag}.browse")
            text(ui, "", "small", "danger", tag=f"{tag}.problem", show=False, wrap=0)
            with row(ui):
                button(ui, "Export", self._go, "primary", icon=icons.DOWNLOAD, tag=f"{tag}.go")
                button(ui, "Cancel", self.hide, "ghost", tag=f"{tag}.cancel")

    def show(self, title: str) -> None:
        """Ask."""
        dpg.set_value(f"{self.tag}.title", title)
        self._complain("")
        dpg.configure_item(self.tag, show=True)

    def hide(self) -> None:
        """Ask no more."""
        dpg.configure_item(self.tag, show=False)

    def _browse(self) -> None:
        start = Path(dpg.get_value(f"{self.tag}.folder"))
        self._desk.background(lambda: pick_folder("Export into", start), self._picked)

    def _picked(self, folder: Path | None) -> None:
        if folder is not None:
            dpg.set_value(f"{self.tag}.folder", str(folder))

    def _go(self) -> None:
        names = [name for name in self._desk.app.registry.exporters if dpg.get_value(f"{self.tag}.{name}")]
        folder = Path(dpg.get_value(f"{self.tag}.folder").strip()).expanduser()
        if not names:
            self._complain("Tick at least one format.")
        elif not folder.is_absolute():
            self._complain("Write the whole path of a folder, or choose one with Browse.")
        else:
            self._desk.settings.remember("export", formats=names, folder=str(folder))
            self.hide()
            self._do(names, folder)

    def _complain(self, words: str) -> None:
        dpg.set_value(f"{self.tag}.problem", words)
        dpg.configure_item(f"{self.tag}.problem", show=bool(words))
