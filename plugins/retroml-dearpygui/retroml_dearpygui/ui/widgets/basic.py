"""Text, buttons, tooltips, cards, grids, segmented controls, pills: what every page is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = [
    "bar", "button", "card", "cell", "clickable", "grid", "inside", "leave_to", "pill", "refill", "row", "segmented", "space",
    "text", "tooltip",
]  # fmt: skip


def text(ui: Ui, words: str, style: str = "body", tone: str = "", **more: Any) -> Item:
    """Write `words` in a text style ("body", "small", "strong", "h1", "h2", "kpi", "icon", "mono") and the colour of a role."""
    item = dpg.add_text(words, color=ui.tone(tone or ("muted" if style == "small" else "text")), **more)
    return item if style == "body" else ui.font(item, style)


def button(
    ui: Ui, label: str, do: Callable[[], None], kind: str = "secondary", *, icon: str = "", tip: str = "", **more: Any
) -> Item:
    """A button of a kind ("primary", "secondary", "danger", "ghost", "link", "row") that calls `do`."""
    item = dpg.add_button(label=f"{icon}  {label}" if icon and label else icon or label, callback=lambda: do(), **more)
    if tip:
        tooltip(ui, item, tip)
    return ui.theme(item, kind)


def tooltip(ui: Ui, item: Item, words: str, title: str = "") -> Item:
    """Show `words` while the mouse rests on `item`."""
    with dpg.tooltip(item, delay=0.35, hide_on_activity=True) as tip:
        if title:
            text(ui, title, "strong")
        dpg.add_text(words, wrap=ui.px(340), color=ui.tone("muted" if title else "text"))
    return ui.theme(tip, "tooltip")


def clickable(tag: str, do: Callable[[], None]) -> None:
    """Call `do` when the item `tag` is clicked, which is no button. Takes the place of what listened to that tag before."""
    clicks = f"{tag}.clicks"
    if dpg.does_item_exist(clicks):
        dpg.delete_item(clicks)
    with dpg.item_handler_registry(tag=clicks):
        dpg.add_item_clicked_handler(dpg.mvMouseButton_Left, callback=lambda: do())
    dpg.bind_item_handler_registry(tag, clicks)


@contextmanager
def card(ui: Ui, title: str = "", icon: str = "", *, kind: str = "card", **more: Any) -> Iterator[Item]:
    """A box with rounded corners, as high as what is in it unless `height` is given."""
    more = {"width": -1, "no_scrollbar": True, "auto_resize_y": "height" not in more, **more}
    with dpg.child_window(border=True, always_use_window_padding=True, **more) as box:
        ui.theme(box, kind)
        if title:
            with row(ui, 8) as line:
                ui.theme(line, "heading")
                if icon:
                    dpg.add_text(icon, color=ui.tone("accent_high"))
                text(ui, title, "h2")
        yield box


@contextmanager
def row(ui: Ui, gap: float = 10, **more: Any) -> Iterator[Item]:
    """Put what follows side by side."""
    with dpg.group(horizontal=True, horizontal_spacing=ui.px(gap), **more) as group:
        yield group


@contextmanager
def grid(ui: Ui, columns: Sequence[float], **more: Any) -> Iterator[Item]:
    """One row of columns: a positive number is a share of the width, a negative one a width in pixels at 100 %.

    Each item made directly inside takes the next column; `cell` puts several into one.
    """
    more = {"policy": dpg.mvTable_SizingStretchProp, "no_pad_outerX": True, "no_keep_columns_visible": True, **more}
    with dpg.table(header_row=False, **more) as table:
        ui.theme(table, "grid")
        for column in columns:
            if column < 0:
                dpg.add_table_column(width_fixed=True, init_width_or_weight=ui.px(-column))
            else:
                dpg.add_table_column(width_stretch=True, init_width_or_weight=column)
        with dpg.table_row():
            yield table


@contextmanager
def cell(**more: Any) -> Iterator[Item]:
    """Several items, one below the other, in one column of a grid."""
    with dpg.group(**more) as group:
        yield group


@contextmanager
def inside(place: Item) -> Iterator[None]:
    """Make what follows in the container `place`, which has been made before."""
    dpg.push_container_stack(place)
    try:
        yield
    finally:
        dpg.pop_container_stack()


@contextmanager
def refill(place: Item) -> Iterator[None]:
    """Empty the container `place` and make what follows in it."""
    dpg.delete_item(place, children_only=True)
    with inside(place):
        yield


def leave_to(place: str) -> None:
    """Leave the containers that were entered inside `place` and not left: Dear PyGui crashes on them once they are gone."""
    while dpg.top_container_stack() not in (None, place):
        dpg.pop_container_stack()


def space(ui: Ui, height: float) -> None:
    """Leave some room."""
    dpg.add_spacer(height=ui.px(height))


def bar(ui: Ui, value: float = 0.0, height: float = 8, **more: Any) -> Item:
    """A thin progress bar, `value` from 0 to 1."""
    return ui.theme(dpg.add_progress_bar(default_value=value, width=-1, height=ui.px(height), **more), "bar")


def pill(ui: Ui, words: str, role: str = "muted", **more: Any) -> Item:
    """A short word on a coloured ground: a status."""
    return ui.theme(dpg.add_button(label=words, **more), f"pill_{role}")


def segmented(
    ui: Ui, options: Sequence[tuple[str, str]], value: str, choose: Callable[[str], None], *, tag: str, width: float = 0
) -> Callable[[str], None]:
    """Choose one of `options` (key, label). Calls `choose` with the key; returns a function that shows another choice."""

    def show(chosen: str) -> None:
        for key, _ in options:
            ui.theme(f"{tag}.{key}", "seg_on" if key == chosen else "seg")

    def clicked(_sender: Item, _data: Any, key: str) -> None:
        show(key)
        choose(key)

    with dpg.child_window(border=True, auto_resize_x=True, auto_resize_y=True, no_scrollbar=True, tag=tag) as box:
        ui.theme(box, "segbar")
        with dpg.group(horizontal=True):
            for key, label in options:
                dpg.add_button(label=label, width=ui.px(width), user_data=key, callback=clicked, tag=f"{tag}.{key}")
    show(value)
    return show
