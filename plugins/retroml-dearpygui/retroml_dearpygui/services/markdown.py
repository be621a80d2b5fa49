"""Markdown as the help pages need it: headings, paragraphs, lists, code, notes and tables, with links and emphasis in them.

The text is read by markdown-it-py; what comes out knows nothing of windows. Pictures and HTML are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markdown_it.token import Token

__all__ = ["Block", "Kind", "Span", "Style", "blocks", "plain"]


class Style(StrEnum):
    """How a stretch of text is written."""

    PLAIN = "plain"
    STRONG = "strong"
    SOFT = "soft"
    CODE = "code"
    LINK = "link"


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    NOTE = "note"
    CODE = "code"
    TABLE = "table"


@dataclass(frozen=True)
class Span:
    """A stretch of text in one style; `target` is where a link leads."""

    text: str
    style: Style = Style.PLAIN
    target: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Block:
    """A part of a page, in order from top to bottom.

    `level` is 1 to 6 for headings and how deep an item lies, from 0; `mark` is what stands before an item, such as "1.", and
    empty for its further paragraphs; `rows` are the cells of a table, its head first.
    """

    kind: Kind
    spans: Spans = ()
    level: int = 0
    mark: str = ""
    rows: tuple[tuple[Spans, ...], ...] = ()


def blocks(words: str) -> list[Block]:
    """The parts of a page written in Markdown. Any text is Markdown: nothing is raised."""
    reader = _Reader()
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(words):
        reader.take(token)
    return reader.blocks


def plain(words: str) -> str:
    """What a page says, without its markup, in one line: for searching."""
    parts = [spans for block in blocks(words) for spans in (block.spans, *(cell for row in block.rows for cell in row))]
    return " ".join(" ".join("".join(span.text for span in spans) for spans in parts).split())


class _Reader:
    """Takes one token after the other."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._lists: list[int | None] = []
        self._rows: list[list[Spans]] | None = None
        self._mark = ""
        self._heading = 0
        self._noted = 0

    def take(self, token: Token) -> None:
        if token.type == "inline":
            self._inline(_spans(token.children or ()))
        elif token.type in ("fence", "code_block"):
            self.blocks.append(Block(Kind.CODE, (Span(token.content.rstrip("\n"), Style.CODE),)))
        elif token.type.startswith("table") or token.type == "tr_open":
            self._table(token.type)
        elif token.type.startswith(("bullet_list", "ordered_list", "list_item")):
            self._list(token)
        elif token.type.startswith("heading"):
            self._heading = int(token.tag[1:]) if token.nesting > 0 else 0
        elif token.type.startswith("blockquote"):
            self._noted += token.nesting

    def _table(self, kind: str) -> None:
        if kind == "table_open":
            self._rows = []
        elif kind == "tr_open" and self._rows is not None:
            self._rows.append([])
        elif kind == "table_close":
            self.blocks.append(Block(Kind.TABLE, rows=tuple(map(tuple, self._rows or ()))))
            self._rows = None

    def _list(self, token: Token) -> None:
        if token.type == "list_item_open":
            self._mark = "•" if self._lists[-1] is None else f"{self._lists[-1]}."
            if self._lists[-1] is not None:
                self._lists[-1] += 1
        elif token.nesting > 0:
            self._lists.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
        elif token.type != "list_item_close":
            self._lists.pop()

    def _inline(self, spans: Spans) -> None:
        if self._rows is not None:
            self._rows[-1].append(spans)
        elif self._heading:
            self.blocks.append(Block(Kind.HEADING, spans, self._heading))
        elif self._lists:
            self.blocks.append(Block(Kind.ITEM, spans, len(self._lists) - 1, self._mark))
            self._mark = ""
        else:
            self.blocks.append(Block(Kind.NOTE if self._noted else Kind.PARAGRAPH, spans))


_STYLES = {"strong_open": Style.STRONG, "em_open": Style.SOFT, "link_open": Style.LINK}
_BREAKS = {"softbreak": " ", "hardbreak": " "}


def _spans(tokens: Iterable[Token]) -> Spans:
    found: list[Span] = []
    held: list[Style] = []
    target = ""
    for token in tokens:
        if token.nesting > 0:
            held.append(_STYLES.get(token.type, Style.PLAIN))
            target = str(token.attrs.get("href", "")) or target
        elif token.nesting < 0:
            target = "" if held.pop() is Style.LINK else target
        elif words := _BREAKS.get(token.type) or (token.content if token.type in ("text", "code_inline") else ""):
            style = _style(held, code=token.type == "code_inline")
            found.append(Span(words, style, target if style is Style.LINK else ""))
    return _joined(found)


def _style(held: Sequence[Style], *, code: bool) -> Style:
    """A link is a link whatever else it is."""
    if Style.LINK in held:
        return Style.LINK
    return Style.CODE if code else held[-1] if held else Style.PLAIN


def _joined(spans: Iterable[Span]) -> Spans:
    found: list[Span] = []
    for span in spans:
        if found and (found[-1].style, found[-1].target) == (span.style, span.target):
            found[-1] = Span(found[-1].text + span.text, span.style, span.target)
        else:
            found.append(span)
    return tuple(found)
