"""`LastAnswer`: of several questions asked one after the other, only the answer to the last one counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["LastAnswer"]

T = TypeVar("T")


class LastAnswer:
    """Work beside the window whose result is dropped when newer work was asked for meanwhile."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked = 0

    def drop(self) -> None:
        """What was asked for no longer matters."""
        self._asked += 1

    def ask(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Call `work` in the background, then `done` or `failed`, unless something was asked or dropped since."""
        self._asked += 1
        asked = self._asked

        def answered(result: T) -> None:
            if asked == self._asked:
                done(result)

        def refused(error: Exception) -> None:
            if asked == self._asked:
                failed(error)

        self._desk.background(work, answered, refused)
