"""`Listing`: things of one kind, found by words and sorted in an order that is remembered."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from retroml_dearpygui.viewmodels.base import ViewModel

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["Listing"]

T = TypeVar("T")


class Listing(ViewModel, Generic[T]):
    """`text` are the words looked for, `order` one of `orders`, of which the first is the usual one.

    `problem` says why nothing can be shown, "" when all is well; `loaded` that the first look is done.
    """

    name: ClassVar[str]
    """By what its order is remembered."""
    orders: ClassVar[tuple[str, ...]]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.loaded = False
        self.problem = self.text = ""
        kept = desk.settings.recall(self.name)
        self.order = kept["order"] if kept.get("order") in self.orders else self.orders[0]
        self.descending = bool(kept.get("descending", True))
        self._all: list[T] = []

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self._all)

    def set_text(self, text: str) -> None:
        """Show those that have all these words."""
        self.text = text
        self.changed()

    def sort(self, order: str, descending: bool) -> None:
        """Sort by one of `orders`."""
        self.order, self.descending = order, descending
        self.desk.settings.remember(self.name, order=order, descending=descending)
        self.changed()

    def _fitting(self) -> list[T]:
        """Those that fit the text, sorted."""
        words = self.text.lower().split()
        found = [one for one in self._all if all(word in self._searched(one) for word in words)]
        return sorted(found, key=self._sort_key, reverse=self.descending)

    @abstractmethod
    def _searched(self, one: T) -> str:
        """What the words are looked for in, in small letters."""

    @abstractmethod
    def _sort_key(self, one: T) -> tuple[object, ...]:
        """What it is sorted by in the order chosen."""

    def _broken(self, error: Exception) -> None:
        if str(error) != self.problem:
            self.problem = str(error)
            self.changed()
