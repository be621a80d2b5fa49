"""What a page is: built into a parent, ticked while it is shown. A page is dropped in with a `PageSpec` and this class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["Keyed", "Page"]


class Keyed(Protocol):
    """A part of a page that can be used by keyboard in ways of its own."""

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """What keys do now."""


class Page:
    """Base of pages. State belongs to the view-model: `build` is called again when theme, scale or mode change.

    Tags of items are dotted, `page.section.name`, and stable. Only the main thread calls a page.
    """

    def __init__(self, desk: Desk, ui: Ui) -> None:
        self.desk = desk
        self.ui = ui

    @property
    def fps(self) -> float:
        """Frames a second the page wants now: 0 when nothing moves, 30 for live pictures."""
        return 0.0

    @property
    def scrolls(self) -> str:
        """The tag of what the keyboard scrolls."""
        return "main"

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The parts of the page that bring keys of their own; of two that bring the same, the later one counts."""
        return ()

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """What keys such as "Ctrl+Shift+Left" do while the page is shown and no dialog is open; asked for at each press."""
        return {key: do for part in self.keyed for key, do in part.keys.items()}

    def open(self, **arguments: str) -> None:
        """The page was asked for by `desk.go(name, ...)` with `arguments`; called before it is shown."""

    def build(self, parent: Item) -> None:
        """Make the widgets under `parent`."""

    def tick(self, dt: float) -> None:
        """Called once a frame while the page is shown, `dt` seconds after the last: read the view-model, show what is new."""

    def hidden(self) -> None:
        """The user left the page: let go of what costs."""
