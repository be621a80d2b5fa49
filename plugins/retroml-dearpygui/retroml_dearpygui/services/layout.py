"""How the user arranged things: columns of tables, panels beside each other, the place of the window.

It is kept under `layout` of the settings, with a version. What cannot be read counts as none, and is said in the log.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retroml_dearpygui.services.settings import SettingsStore

__all__ = ["Layout", "TableLayout", "read_layout"]

VERSION = 1
PARTS = ("tables", "panels", "window")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """Columns of a table by their keys: their `order`, those `hidden`, and the shares of the width that were changed."""

    order: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    widths: Mapping[str, float] = field(default_factory=dict)

    def arranged(self, keys: Sequence[str]) -> list[str]:
        """`keys` in the order kept; one that is new stands behind the one it is declared behind."""
        found = [key for key in self.order if key in keys]
        for place, key in enumerate(keys):
            if key not in found:
                found.insert(found.index(keys[place - 1]) + 1 if place else 0, key)
        return found


class Layout:
    """Reads and writes the layout in the settings; sizes are pixels at 100 %."""

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings

    @property
    def window(self) -> tuple[int, int] | None:
        """Where the window was, in pixels of the screen; None before it was ever closed."""
        place = self._settings.now.layout.get("window")
        return (place[0], place[1]) if place else None

    def keep_window(self, left: int, top: int) -> None:
        """Remember where the window is."""
        self._keep("window", [left, top])

    def table(self, name: str) -> TableLayout:
        """How the table called `name` was arranged."""
        kept = self._part("tables").get(name, {})
        order, hidden = (tuple(kept.get(key, ())) for key in ("order", "hidden"))
        return TableLayout(order=order, hidden=hidden, widths=dict(kept.get("widths", {})))

    def keep_table(self, name: str, table: TableLayout) -> None:
        """Remember how a table is arranged."""
        kept = {"order": list(table.order), "hidden": list(table.hidden), "widths": dict(table.widths)}
        self._keep("tables", {**self._part("tables"), name: kept})

    def panel(self, name: str, usual: float) -> float:
        """How wide a panel was made, `usual` when it never was."""
        return float(self._part("panels").get(name, usual))

    def keep_panel(self, name: str, width: float) -> None:
        """Remember how wide a panel is."""
        self._keep("panels", {**self._part("panels"), name: width})

    def reset(self) -> Callable[[], None]:
        """Tables, panels and folded sections as at the first start, the window where it is; returns what undoes that."""
        now = self._settings.now
        window = {key: value for key, value in now.layout.items() if key in ("version", "window")}
        self._settings.set(layout=window, closed_sections=())
        return lambda: self._settings.set(layout=now.layout, closed_sections=now.closed_sections)

    def _part(self, name: str) -> dict[str, Any]:
        return dict(self._settings.now.layout.get(name) or {})

    def _keep(self, name: str, part: object) -> None:
        before = self._settings.now.layout
        if before.get(name) != part:
            self._settings.set(layout={**before, name: part, "version": VERSION})


def read_layout(raw: object) -> dict[str, Any]:
    """The layout in a settings file, without what this version cannot make sense of, which the log tells."""
    if raw is None or raw == {}:
        return {}
    if not isinstance(raw, dict) or raw.get("version") != VERSION:
        version = raw.get("version") if isinstance(raw, dict) else None
        logger.warning("the layout of the window is of version %r, not %r: the usual one is shown", version, VERSION)
        return {}
    found: dict[str, Any] = {"version": VERSION}
    for name in PARTS:
        if name in raw and not _READERS[name](raw[name]):
            logger.warning("the %s in the layout of the window cannot be read: the usual ones are shown", name)
        elif name in raw:
            found[name] = raw[name]
    return found


def _is_place(raw: object) -> bool:
    return isinstance(raw, list) and len(raw) == 2 and all(type(one) is int for one in raw)


def _is_panels(raw: object) -> bool:
    return isinstance(raw, dict) and all(map(_is_width, raw.values()))


def _is_tables(raw: object) -> bool:
    return isinstance(raw, dict) and all(map(_is_table, raw.values()))


def _is_table(raw: object) -> bool:
    if not isinstance(raw, dict):
        return False
    keys = [raw.get("order", []), raw.get("hidden", [])]
    names = all(isinstance(one, list) and all(isinstance(key, str) for key in one) for one in keys)
    return names and _is_panels(raw.get("widths", {}))


def _is_width(raw: object) -> bool:
    return isinstance(raw, (int, float)) and not isinstance(raw, bool) and math.isfinite(raw) and raw > 0


_READERS = {"tables": _is_tables, "panels": _is_panels, "window": _is_place}
