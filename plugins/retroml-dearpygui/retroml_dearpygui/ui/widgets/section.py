"""Cards that fold in and out with a click on their headline, and stay so the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import card

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["fold", "section"]


@contextmanager
def section(desk: Desk, ui: Ui, tag: str, title: str, icon: str = "", *, open_first: bool = True) -> Iterator[Item]:
    """A card called `tag` whose content folds; its headline has the tag `<tag>.fold`."""
    with card(ui, tag=tag), fold(desk, ui, tag, title, icon, style="h2", open_first=open_first) as body:
        yield body


@contextmanager
def fold(
    desk: Desk,
    ui: Ui,
    tag: str,
    title: str,
    icon: str = "",
    *,
    style: str = "body",
    open_first: bool = True,
    toggled: Callable[[], None] = lambda: None,
) -> Iterator[Item]:
    """A headline `<tag>.fold` and what folds beneath it, `<tag>.body`; `toggled` is called when it was folded or unfolded."""

    def is_open() -> bool:
        return (tag in desk.settings.now.closed_sections) != open_first

    def label() -> str:
        chevron = icons.CHEVRON_DOWN if is_open() else icons.CHEVRON_RIGHT
        return "   ".join(filter(None, [chevron, icon, title]))

    def toggle() -> None:
        flipped = desk.settings.now.closed_sections
        kept = tuple(one for one in flipped if one != tag)
        desk.settings.set(closed_sections=kept if tag in flipped else (*kept, tag))
        dpg.set_item_label(f"{tag}.fold", label())
        dpg.configure_item(f"{tag}.body", show=is_open())
        toggled()

    head = dpg.add_button(label=label(), width=-1, callback=lambda: toggle(), tag=f"{tag}.fold")
    ui.theme(head, "fold")
    ui.font(head, style)
    with dpg.group(tag=f"{tag}.body", show=is_open()) as body:
        yield body
