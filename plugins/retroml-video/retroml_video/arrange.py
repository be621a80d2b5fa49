"""Fitting blocks into a box: side by side or below each other, and what is left out when they do not all fit.

A **block** is one overlay. It says how high it must be at a given width, whether it makes use of more, and draws itself into
the box it is given. A `Row` or `Column` of blocks is a block again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from retroml_video.layout import Box

__all__ = ["Block", "Column", "Node", "Row", "leave_out"]


class Node(Protocol):
    """What can be arranged. A `width` of at most 1 is a share of all, a larger one is in pixels."""

    @property
    def width(self) -> float:
        """The share of a row it takes."""

    @property
    def grows(self) -> bool:
        """Whether it takes height that is left over."""

    def least(self, width: int) -> int:
        """How high it must be, in pixels, when it is `width` pixels wide."""

    def place(self, box: Box) -> None:
        """Draw all that never changes into `box`."""

    def blocks(self) -> Iterator[Block]:
        """The blocks it is made of."""

    def without(self, name: str) -> Node | None:
        """The same without the block called `name`; None when nothing is left."""


class Block(Node, Protocol):
    """One overlay, known by its `name`."""

    @property
    def name(self) -> str:
        """What it is called in settings."""


class Column:
    """Nodes below each other, `gap` pixels apart; `rule(y)` draws a line between two of them.

    Height that is left over goes to those that grow, or, when none does, is shared between the gaps.
    """

    def __init__(
        self, nodes: Sequence[Node], *, gap: int, width: float = 1.0, rule: Callable[[Box, int], None] | None = None
    ) -> None:
        self.nodes, self.gap, self.width, self.rule = list(nodes), gap, width, rule

    @property
    def grows(self) -> bool:
        """Whether one of its nodes does."""
        return any(node.grows for node in self.nodes)

    def least(self, width: int) -> int:
        """The heights of all together, and the gaps."""
        return sum(node.least(width) for node in self.nodes) + self.gap * (len(self.nodes) - 1)

    def place(self, box: Box) -> None:
        """Place the nodes from the top down."""
        spare = max(box.height - self.least(box.width), 0)
        growing = [node for node in self.nodes if node.grows]
        more = spare // len(growing) if growing else 0
        apart = self.gap if growing or len(self.nodes) < 2 else self.gap + min(spare // (len(self.nodes) - 1), 2 * self.gap)
        y = box.y
        for position, node in enumerate(self.nodes):
            height = node.least(box.width) + (more if node.grows else 0)
            node.place(Box(box.x, y, box.width, height))
            y += height
            if self.rule is not None and position < len(self.nodes) - 1:
                self.rule(box, y + apart // 2)
            y += apart

    def blocks(self) -> Iterator[Block]:
        """The blocks of all nodes."""
        for node in self.nodes:
            yield from node.blocks()

    def without(self, name: str) -> Node | None:
        """The column without one block."""
        left = [kept for node in self.nodes if (kept := node.without(name)) is not None]
        return Column(left, gap=self.gap, width=self.width, rule=self.rule) if left else None


class Row:
    """Nodes side by side, `gap` pixels apart; all are as high as the highest."""

    def __init__(self, nodes: Sequence[Node], *, gap: int, width: float = 1.0) -> None:
        self.nodes, self.gap, self.width = list(nodes), gap, width

    @property
    def grows(self) -> bool:
        """Whether one of its nodes does."""
        return any(node.grows for node in self.nodes)

    def least(self, width: int) -> int:
        """The height of the highest."""
        return max(node.least(across) for node, across in zip(self.nodes, self._widths(width), strict=True))

    def place(self, box: Box) -> None:
        """Place the nodes from left to right."""
        x = box.x
        for node, across in zip(self.nodes, self._widths(box.width), strict=True):
            node.place(Box(x, box.y, across, box.height))
            x += across + self.gap

    def blocks(self) -> Iterator[Block]:
        """The blocks of all nodes."""
        for node in self.nodes:
            yield from node.blocks()

    def without(self, name: str) -> Node | None:
        """The row without one block."""
        left = [kept for node in self.nodes if (kept := node.without(name)) is not None]
        return Row(left, gap=self.gap, width=self.width) if left else None

    def _widths(self, width: int) -> list[int]:
        """Those measured in pixels get them, the others share the rest."""
        shares = sum(node.width for node in self.nodes if node.width <= 1)
        rest = width - self.gap * (len(self.nodes) - 1) - sum(round(node.width) for node in self.nodes if node.width > 1)
        if not shares:
            return [width if len(self.nodes) == 1 else round(node.width) for node in self.nodes]
        return [round(node.width) if node.width > 1 else max(int(rest * node.width / shares), 1) for node in self.nodes]


def leave_out(node: Node | None, box: Box, order: Sequence[str]) -> tuple[Node | None, list[str]]:
    """`node` without what does not fit into `box`, and what that was: blocks are given up in this order."""
    gone = []
    for name in order:
        if node is None or node.least(box.width) <= box.height:
            break
        if any(block.name == name for block in node.blocks()):
            node = node.without(name)
            gone.append(name)
    return node, gone
