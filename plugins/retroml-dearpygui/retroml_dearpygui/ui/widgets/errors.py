"""The card that stands where a page or panel failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, row, text

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["error_card"]


def error_card(ui: Ui, what: str, report: str, *, copy: Callable[[str], None], again: Callable[[], None] | None = None) -> None:
    """Say that `what` failed, with the last line of `report`, a button that copies it all, and one that tries again."""
    with card(ui, f"{what} could not be shown", icons.TRIANGLE_ALERT, kind="card_error"):
        text(ui, report.strip().splitlines()[-1], tone="muted", wrap=0)
        text(ui, "The rest of the app and all trainings go on. The report says what happened.", "small", wrap=0)
        with row(ui):
            if again:
                button(ui, "Try again", again, icon=icons.REFRESH_CW)
            button(ui, "Copy report", lambda: copy(report), icon=icons.COPY)
