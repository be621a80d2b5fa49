"""`ViewModel`: state and commands of a page in plain Python, with a counter by which a page sees that something is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["ViewModel"]


class ViewModel:
    """Base of view-models; made once by `desk.viewmodel(Class)`, used from the main thread only.

    What takes long goes through `desk.background`, whose result comes back on the main thread.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.version = 0

    def close(self) -> None:
        """The app ends, or begins anew: let go of what is open."""

    def changed(self) -> None:
        """Something that is shown is new."""
        self.version += 1
