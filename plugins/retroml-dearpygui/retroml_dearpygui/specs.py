"""What plugins may add to the desktop app: frozen descriptions, light to import; `factory` is imported on first use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from retroml_core.specs import Spec

__all__ = ["ActionSpec", "ColumnSpec", "Mode", "PageSpec", "PanelSpec", "ThemeSpec", "TopicSpec"]


class Mode(IntEnum):
    """How much the app shows. What a lower mode hides keeps its value and its effect."""

    HOBBYIST = 1
    STUDENT = 2
    RESEARCH = 3
    INSTITUTION = 4

    @property
    def title(self) -> str:
        """The name people read."""
        return self.name.capitalize()


@dataclass(frozen=True, kw_only=True)
class PageSpec(Spec):
    """A page: `title` in the navigation, `summary` the line under the headline, `icon` a character of `ui.icons`.

    `factory` names a class `(desk: Desk, ui: Ui)` with the methods of `retroml_dearpygui.ui.page.Page`. Pages are listed by
    `order`; those of a higher mode than the user's are hidden. `help` is the topic that F1 and the "?" of the page show.
    An `early` page works before what trains is installed; until then only those are shown, in every mode.
    """

    icon: str
    factory: str
    mode: Mode = Mode.HOBBYIST
    order: int = 100
    help: str = ""
    early: bool = False


@dataclass(frozen=True, kw_only=True)
class PanelSpec(Spec):
    """A card inside a page: `factory` names a function `(desk: Desk, ui: Ui, parent: int) -> None` that builds its content.

    It may return a function `(run_id: str | None) -> None`, which is called about once a second while the panel is on
    screen with the run that the page shows.
    """

    icon: str
    factory: str
    mode: Mode = Mode.HOBBYIST
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class ActionSpec(Spec):
    """Something the command palette (Ctrl+K) offers: `factory` names a function `(desk: Desk) -> None`.

    `shortcut` is written like "Ctrl+Shift+R"; letters, digits, F keys, Enter, Plus, Minus, Comma. An `early` action works
    before what trains is installed.
    """

    factory: str
    icon: str = ""
    shortcut: str = ""
    mode: Mode = Mode.HOBBYIST
    early: bool = False


@dataclass(frozen=True, kw_only=True)
class ThemeSpec(Spec):
    """A look: `factory` names a `retroml_dearpygui.ui.palette.Palette`."""

    factory: str


@dataclass(frozen=True, kw_only=True)
class ColumnSpec(Spec):
    """A column of the table of runs: `factory` names a function `(row: RunRow) -> str | float | None`, called per row."""

    factory: str
    mode: Mode = Mode.STUDENT
    width: int = 110


@dataclass(frozen=True, kw_only=True)
class TopicSpec(Spec):
    """A topic of the help, written in Markdown: `summary` is the line under its title in the list.

    `source` names a file in a package, `"retroml_x:help/maps.md"`, or a function `(app: App) -> str`, `"retroml_x.help:maps"`,
    which is called beside the window. Links go to `topic:<name>`, `page:<name>` and web addresses. Topics are listed by
    `order`; those of a higher mode than the user's are found by links and by searching only.
    """

    source: str
    icon: str = ""
    mode: Mode = Mode.HOBBYIST
    order: int = 100
