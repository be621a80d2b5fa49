"""Plain text in columns: the same on a terminal and in a file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

__all__ = ["columns", "wrapped"]


def columns(rows: Sequence[Sequence[str]]) -> str:
    """`rows` as lines, every column as wide as its longest cell; the last one is not padded."""
    if not rows:
        return ""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def wrapped(head: str, text: str, *, width: int, indent: int) -> str:
    """`head`, then `text` wrapped to `width` beside it, from column `indent` on; below it where `head` is too long."""
    lines = textwrap.wrap(text, max(20, width - indent)) or [""]
    first = f"{head.ljust(indent - 1)} {lines[0]}" if len(head) < indent else f"{head}\n{' ' * indent}{lines[0]}"
    return "\n".join([first.rstrip(), *(" " * indent + line for line in lines[1:])])
