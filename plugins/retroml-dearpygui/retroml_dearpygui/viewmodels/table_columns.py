"""The columns of a table as the user arranged them: their order, their widths, and which are hidden."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from retroml_dearpygui.services.layout import TableLayout

if TYPE_CHECKING:
    from retroml_dearpygui.services.layout import Layout

__all__ = ["TableColumns"]

TOLERANCE = 3
"""Pixels by which a column may differ from its share without having been dragged."""
NARROWEST, WIDEST = 0.25, 6.0
"""How many times its usual share a column is made by keyboard."""


class TableColumns:
    """What is kept of the table called `name`, over the `usual` shares of its columns by key, in their declared order.

    The first column is what one opens a row with, and cannot be hidden.
    """

    def __init__(self, layout: Layout, name: str, usual: Mapping[str, float]) -> None:
        self._layout, self._name, self._usual = layout, name, dict(usual)

    @property
    def order(self) -> list[str]:
        """All keys, as they stand from left to right."""
        return self._kept.arranged(list(self._usual))

    @property
    def can_hide(self) -> list[str]:
        """The keys of the columns that may be hidden, in their declared order."""
        return list(self._usual)[1:]

    @property
    def changed(self) -> bool:
        """Whether anything differs from how the table is at first."""
        return self._kept != TableLayout()

    def shown(self, key: str) -> bool:
        """Whether a column is shown."""
        return key not in self._kept.hidden or key not in self.can_hide

    def width(self, key: str) -> float:
        """The share of the width that a column takes."""
        return self._kept.widths.get(key, self._usual[key])

    def show(self, key: str, shown: bool) -> None:
        """Show a column or hide it; the first stays."""
        if key in self.can_hide:
            others = tuple(one for one in self._kept.hidden if one != key)
            self._keep(hidden=others if shown else (*others, key))

    def move(self, key: str, places: int) -> None:
        """Move a column past so many of those shown: to the right, or with a minus to the left, as far as there are some."""
        shown = [one for one in self.order if self.shown(one)]
        place = shown.index(key) if key in shown else -1
        wanted = min(max(place + places, 0), len(shown) - 1)
        if place >= 0 and wanted != place:
            order = [one for one in self.order if one != key]
            order.insert(order.index(shown[wanted]) + (wanted > place), key)
            self._keep(order=tuple(order))

    def widen(self, key: str, factor: float) -> None:
        """Give a column so many times its share of the width."""
        usual = self._usual[key]
        share = min(max(self.width(key) * factor, usual * NARROWEST), usual * WIDEST)
        self._keep(widths={**self._kept.widths, key: round(share, 4)})

    def seen(self, widths: Mapping[str, int], order: Sequence[str]) -> None:
        """The columns on screen are so many pixels wide and stand in this order: keep what the user changed of it.

        Columns that are hidden or scrolled away are in neither and keep their place among the others.
        """
        if list(order) != [key for key in self.order if key in order]:
            left = iter(order)
            self._keep(order=tuple(next(left) if key in order else key for key in self.order))
        share = sum(map(self.width, widths)) / max(1, sum(widths.values()))
        if share and any(abs(pixels - self.width(key) / share) > TOLERANCE for key, pixels in widths.items()):
            self._keep(widths={**self._kept.widths, **{key: round(pixels * share, 4) for key, pixels in widths.items()}})

    def reset(self) -> None:
        """Back to how the table is at first."""
        self._layout.keep_table(self._name, TableLayout())

    @property
    def _kept(self) -> TableLayout:
        return self._layout.table(self._name)

    def _keep(self, **changes: object) -> None:
        self._layout.keep_table(self._name, dataclasses.replace(self._kept, **changes))  # type: ignore[arg-type]  # by name
