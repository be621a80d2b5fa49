"""How much room the Train page has: small windows and large text get fewer things side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["cramped", "tight"]

TIGHT, CRAMPED = 940, 720


def tight(ui: Ui) -> bool:
    """Whether two cards side by side would be too small to read, though a row of buttons fits."""
    return 0 < int(dpg.get_viewport_client_width()) < ui.px(TIGHT)


def cramped(ui: Ui) -> bool:
    """Whether not even three small things fit side by side."""
    return 0 < int(dpg.get_viewport_client_width()) < ui.px(CRAMPED)
