"""What can be taken back: the newest last, each once."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Undo", "Undos"]

MOST = 50


class Undo:
    """Takes something back when it is called for the first time; `spent` afterwards. `title` says what was done."""

    def __init__(self, title: str, do: Callable[[], None]) -> None:
        self.title = title
        self.spent = False
        self._do = do

    def __call__(self) -> None:
        """Take it back; nothing happens the second time."""
        if not self.spent:
            self.spent = True
            self._do()


class Undos:
    """Keeps the last ones, also when the message that told of them is gone."""

    def __init__(self) -> None:
        self._kept: list[Undo] = []

    def keep(self, title: str, do: Callable[[], None]) -> Undo:
        """Something was done that `do` takes back."""
        undo = Undo(title, do)
        self._kept = [*self._kept, undo][-MOST:]
        return undo

    def take_back(self) -> str:
        """Take back what was done last and not taken back yet; its title, "" when there is nothing."""
        while self._kept:
            undo = self._kept.pop()
            if not undo.spent:
                undo()
                return undo.title
        return ""
