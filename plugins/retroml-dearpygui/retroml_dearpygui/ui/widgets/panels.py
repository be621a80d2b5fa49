"""Panels of plugins inside a page. One that raises becomes an error card; the others and the page go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.plugins.registry import resolve
from retroml_dearpygui import offers
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.ui.widgets.basic import leave_to, refill
from retroml_dearpygui.ui.widgets.errors import error_card
from retroml_dearpygui.ui.widgets.section import section

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.specs import PanelSpec
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["Panels"]

REFRESH_SECONDS = 1.0
Refresh = Callable[[str | None], None]


class Panels:
    """All panels for `slot`; each is a card `panel.<slot>.<name>`."""

    def __init__(self, desk: Desk, ui: Ui, slot: str) -> None:
        self._desk = desk
        self._ui = ui
        self._slot = slot
        self._refreshes: dict[str, tuple[PanelSpec, Refresh]] = {}
        self._rest = 0.0

    def build(self) -> None:
        """Make the panels in the current container."""
        self._refreshes = {}
        mode = Mode(self._desk.settings.now.mode)
        for spec in offers.panels(self._desk.app.plugins, self._slot):
            if spec.mode <= mode:
                self._build(spec)

    def tick(self, dt: float, run_id: str | None) -> None:
        """Let the panels know about once a second which run the page shows."""
        self._rest -= dt
        if self._rest > 0:
            return
        self._rest = REFRESH_SECONDS
        for tag, (spec, refresh) in list(self._refreshes.items()):
            try:
                refresh(run_id)
            except Fault:
                continue  # such as of a run that was deleted a moment ago: the next look is at another one
            except Exception as error:  # noqa: BLE001  # whatever a plugin's panel raises
                self._break(tag, spec, error)

    def _build(self, spec: PanelSpec) -> None:
        tag = f"panel.{self._slot}.{spec.name}"
        with section(self._desk, self._ui, tag, spec.title, spec.icon) as body:
            try:
                refresh = resolve(spec.factory)(self._desk, self._ui, body)
            except Exception as error:  # noqa: BLE001  # whatever a plugin's panel raises
                self._break(tag, spec, error)
                return
            leave_to(f"{tag}.body")
        if refresh is not None:
            self._refreshes[tag] = spec, refresh

    def _break(self, tag: str, spec: PanelSpec, error: Exception) -> None:
        leave_to(f"{tag}.body")
        self._refreshes.pop(tag, None)
        report = self._desk.front.report(f"panel {spec.name}", error)
        with refill(f"{tag}.body"):
            error_card(self._ui, spec.title, report, copy=self._desk.front.copy)
