"""How busy the machine is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui.services.hardware import Hardware, MachineNow
from retroml_dearpygui.viewmodels.base import ViewModel

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["MachineViewModel"]

LOOK_SECONDS = 2.0


class MachineViewModel(ViewModel):
    """`now` is how the machine is, None before the first look."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.now: MachineNow | None = None
        desk.every(LOOK_SECONDS, Hardware().look, self._seen)

    def _seen(self, now: MachineNow) -> None:
        if now != self.now:
            self.now = now
            self.changed()
