"""`Prose`: a text of headings, paragraphs, lists, notes, code and tables, with links one can click or reach by keyboard."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.services.markdown import Block, Kind, Span, Style
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, refill, row, space, text
from retroml_dearpygui.viewmodels.flow import lines

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["Prose"]

WIDEST = 720
STYLES = {
    Style.PLAIN: ("body", "text"),
    Style.STRONG: ("strong", "text"),
    Style.SOFT: ("body", "muted"),
    Style.CODE: ("mono", "line"),
    Style.LINK: ("body", "accent_high"),
}
HEADINGS = {1: "h1", 2: "h2", 3: "strong"}
INDENT, MARK = 8, 24
NOTE_PAD = 28


class Prose:
    """Draws blocks into the group `tag`, whose links have the tags `<tag>.link.0` ... in order, and call `follow`."""

    def __init__(self, ui: Ui, tag: str, follow: Callable[[str], None]) -> None:
        self._ui = ui
        self._tag = tag
        self._follow = follow
        self._blocks: Sequence[Block] = ()
        self._drawn: tuple[object, ...] = ()
        self._links = 0
        self._headings: dict[str, Item] = {}

    def build(self) -> None:
        """Make the group in the current container."""
        self._drawn = ()
        self._ui.theme(dpg.add_group(tag=self._tag), "prose")

    def show(self, blocks: Sequence[Block]) -> None:
        """Take another text; it is drawn at the next `tick`."""
        self._blocks = blocks

    def heading(self, words: str) -> Item | None:
        """The item of a heading of the text, None while it is not drawn."""
        return self._headings.get(words)

    def tick(self, room: float) -> None:
        """Draw what is new, in at most `room` pixels of width. Fonts can be measured only once they were drawn with."""
        width = min(room, self._ui.px(WIDEST))
        wanted = (width, tuple(self._blocks))
        if wanted == self._drawn or width <= 0 or dpg.get_text_size(" ", font=self._ui.font_of("body")) is None:
            return
        self._drawn, self._links, self._headings = wanted, 0, {}
        with refill(self._tag):
            for number, block in enumerate(self._blocks):
                self._block(block, width, first=number == 0)

    # --- blocks ---------------------------------------------------------------------------------------------------------

    def _block(self, block: Block, width: float, *, first: bool) -> None:
        draw = {
            Kind.HEADING: self._heading,
            Kind.PARAGRAPH: self._paragraph,
            Kind.ITEM: self._item,
            Kind.NOTE: self._note,
            Kind.CODE: self._code,
            Kind.TABLE: self._table,
        }[block.kind]
        if not first:
            space(self._ui, {Kind.HEADING: 14, Kind.ITEM: 2}.get(block.kind, 6))
        draw(block, width)

    def _heading(self, block: Block, width: float) -> None:
        words = "".join(span.text for span in block.spans)
        self._headings[words] = text(self._ui, words, HEADINGS.get(block.level, "strong"), wrap=int(width))

    def _paragraph(self, block: Block, width: float) -> None:
        self._flow(block.spans, width)

    def _item(self, block: Block, width: float) -> None:
        ui = self._ui
        indent, mark = ui.px(INDENT + MARK * block.level), ui.px(MARK)
        with dpg.group(horizontal=True, horizontal_spacing=0):
            dpg.add_spacer(width=indent)
            text(ui, block.mark, tone="accent_high")
            dpg.add_spacer(width=max(0, mark - self._width(Span(block.mark))))
            with dpg.group():
                self._flow(block.spans, width - indent - mark)

    def _note(self, block: Block, width: float) -> None:
        ui = self._ui
        with card(ui, kind="inset", width=int(width)), row(ui, 10):
            dpg.add_text(icons.LIGHTBULB, color=ui.tone("accent_high"))
            with dpg.group() as lines_of_it:
                self._flow(block.spans, width - ui.px(NOTE_PAD + 34))
            ui.theme(lines_of_it, "prose")

    def _code(self, block: Block, width: float) -> None:
        ui, words = self._ui, block.spans[0].text
        with card(ui, kind="inset", width=int(width)):
            text(ui, words, "mono", wrap=int(width) - ui.px(NOTE_PAD))

    def _table(self, block: Block, width: float) -> None:
        head, *rows = block.rows
        shares = [max(self._width_of(line[column]) for line in block.rows) for column in range(len(head))]
        fixed = [min(share, width * 0.32) for share in shares[:-1]]
        pad = self._ui.px(20)
        with dpg.table(
            header_row=False, width=int(width), borders_innerH=True, policy=dpg.mvTable_SizingFixedFit, no_pad_outerX=True
        ):
            for share in fixed:
                dpg.add_table_column(width_fixed=True, init_width_or_weight=share + pad)
            dpg.add_table_column(width_stretch=True)
            widths = [*fixed, width - sum(fixed) - (pad + self._ui.px(16)) * len(fixed)]
            for number, line in enumerate([head, *rows]):
                if any(line):
                    self._row(line, widths, head=number == 0)

    def _row(self, line: Sequence[tuple[Span, ...]], widths: Sequence[float], *, head: bool) -> None:
        with dpg.table_row():
            for column, (spans, width) in enumerate(zip(line, widths, strict=False)):
                with dpg.group() as inside:
                    if head:
                        text(self._ui, "".join(span.text for span in spans), "small")
                    else:
                        self._flow(_first_strong(spans) if column == 0 else spans, width)
                self._ui.theme(inside, "prose")

    # --- lines ----------------------------------------------------------------------------------------------------------

    def _flow(self, spans: Sequence[Span], width: float) -> None:
        for line in lines(spans, width, self._width):
            with dpg.group(horizontal=True, horizontal_spacing=0):
                for span in line:
                    self._span(span)

    def _span(self, span: Span) -> None:
        if span.style is Style.LINK:
            button(
                self._ui, span.text, functools.partial(self._follow, span.target), "inline_link",
                tag=f"{self._tag}.link.{self._links}",
            )  # fmt: skip
            self._links += 1
        else:
            style, tone = STYLES[span.style]
            text(self._ui, span.text, style, tone)

    def _width(self, span: Span) -> float:
        style, _ = STYLES[span.style]
        width: float = dpg.get_text_size(span.text, font=self._ui.font_of(style))[0]
        return width

    def _width_of(self, spans: Sequence[Span]) -> float:
        return sum(map(self._width, spans))


def _first_strong(spans: Sequence[Span]) -> list[Span]:
    """What a row of a table is about is written strongly, unless it is something else than plain."""
    return [Span(span.text, Style.STRONG) if span.style is Style.PLAIN else span for span in spans]
