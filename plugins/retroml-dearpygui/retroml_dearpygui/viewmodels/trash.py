"""The trash, as the settings show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from retroml_core.films.trash import KEPT_DAYS
from retroml_dearpygui.desk import Kind
from retroml_dearpygui.services.trash import Trashed, restore, trashed
from retroml_dearpygui.viewmodels.base import ViewModel

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["RETENTION", "Trash"]

RETENTION = (
    f"Runs and models stay until the trash is emptied; a film thrown away more than {KEPT_DAYS} days ago is deleted for good "
    "when another one is thrown away."
)


class Trash(ViewModel):
    """`items` is what lies there, the latest first; `restored` is called when something was taken back."""

    def __init__(self, desk: Desk, restored: Callable[[], None] = lambda: None) -> None:
        super().__init__(desk)
        self.items: list[Trashed] = []
        self._restored = restored

    def refresh(self) -> None:
        """Look what lies there."""
        self.desk.background(lambda: trashed(self.desk.app), self._show)

    def restore(self, wanted: Trashed) -> None:
        """Take something back."""

        def done(_: None) -> None:
            self.desk.toast(f"{wanted.kind} taken back", wanted.title, Kind.OK)
            self.refresh()
            self._restored()

        self.desk.background(lambda: restore(self.desk.app, wanted), done)

    def _show(self, items: list[Trashed]) -> None:
        if items != self.items:
            self.items = items
            self.changed()
