"""What stands beside the game, put together for each shape of picture out of the overlays that are switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_video.actions import Actions
from retroml_video.activations import Activations
from retroml_video.arrange import Column, Node, Row, leave_out
from retroml_video.blocks import Overlay, Progress, Score, Title, Value
from retroml_video.caption import Caption
from retroml_video.controller import Controller
from retroml_video.curve import Curve, CurveBlock

if TYPE_CHECKING:
    from retroml_core.schema import OverlayConfig
    from retroml_video.canvas import Canvas
    from retroml_video.layout import Box, Layout
    from retroml_video.palette import Colour
    from retroml_video.policy import Thought

__all__ = ["Caption", "Panel", "Subject"]

_GIVEN_UP = ("network", "controller", "value", "curve", "actions", "progress", "score", "title")
_TOO_SMALL = "there is no room for it in a picture of this size"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the overlays are about.

    The words of the film, the game's `actions`, the `curve`, and a `sample` of what the policy thinks, which shows what this
    algorithm can tell; `no_layers` says why its network cannot be shown. `headline` is whether that stands in the title.
    """

    heading: str
    subtitle: str
    best_title: str
    actions: Sequence[str]
    curve: Curve
    sample: Thought
    no_layers: str = ""
    headline: bool = True


class Panel:
    """The overlays on a canvas; `show` draws what changed. `absent` says why one that was wished for is not there."""

    def __init__(self, canvas: Canvas, layout: Layout, wished: OverlayConfig, subject: Subject) -> None:
        self.canvas, self.layout, self.subject = canvas, layout, subject
        self.absent = _impossible(wished, subject)
        self._wished = {name for name, on in vars(wished).items() if on and name not in self.absent}
        self._overlays: list[Overlay] = []
        {"side": self._square, "header": self._vertical, "panel": self._wide}[_kind(layout)]()

    @property
    def title(self) -> Title | None:
        """The title, where there is one."""
        return next((overlay for overlay in self._overlays if isinstance(overlay, Title)), None)

    def show(self, caption: Caption) -> None:
        """Say what there is to say about a moment."""
        for overlay in self._overlays:
            overlay.show(caption)

    # --- the shapes ---------------------------------------------------------------------------------------------------

    def _wide(self) -> None:
        px = self.canvas.px
        if self.layout.panel is None:
            return
        roomy = self.layout.panel.height >= px(690)
        network = self._row(["network", "controller"], gap=px(16))
        parts = self._nodes(["title", "score", "progress", "value", "actions"], size=30)
        parts += [network] if network is not None else []
        parts += self._nodes(["curve"])
        self._card(self.layout.panel, parts, gap=px(22 if roomy else 16), across=px(24), down=px(18 if roomy else 15))

    def _vertical(self) -> None:
        px = self.canvas.px
        self._on_page(self.layout.header, self._nodes(["title"], back=self.canvas.palette.page, size=42))
        right = [node for node in (self._row(["network", "controller"], gap=px(16)), *self._nodes(["value"])) if node]
        left = self._nodes(["actions"])
        middle: list[Node] = [*left, Column(right, gap=px(16))] if left and right else [*left, *right]
        both: list[Node] = [Row(middle, gap=px(32))] if len(middle) > 1 else middle
        parts = [*self._nodes(["score", "progress"], size=60), *both, *self._nodes(["curve"])]
        if self.layout.panel is not None:
            self._card(self.layout.panel, parts, gap=px(26), across=px(30), down=px(22))

    def _square(self) -> None:
        px = self.canvas.px
        page = self.canvas.palette.page
        self._on_page(self.layout.header, self._nodes(["title"], back=page, size=30, headline="beside"))
        self._on_page(self.layout.side, self._nodes(["score", "progress", "value", "controller"], back=page))
        below: list[Node] = self._nodes(["actions", "network", "curve"])
        if below and self.layout.panel is not None:
            self._card(self.layout.panel, [Row(below, gap=px(28))], gap=px(20), across=px(22), down=px(12))

    # --- the parts ----------------------------------------------------------------------------------------------------

    def _nodes(
        self, names: Iterable[str], *, back: Colour | None = None, size: float = 30, headline: str = "below"
    ) -> list[Node]:
        canvas, subject = self.canvas, self.subject
        where = headline if subject.headline else ""
        columns = 2 if _kind(self.layout) == "header" else 3
        make: Mapping[str, Callable[[], Overlay]] = {
            "title": lambda: Title(canvas, subject.heading, subject.subtitle, size=size, headline=where, back=back),
            "score": lambda: Score(canvas, subject.best_title, size=max(size, 44), back=back),
            "progress": lambda: Progress(canvas, back=back),
            "value": lambda: Value(canvas, back=back),
            "actions": lambda: Actions(canvas, subject.actions, most_columns=columns, back=back),
            "controller": lambda: Controller(canvas, subject.actions, back=back),
            "network": lambda: Activations(canvas, subject.sample.layers, back=back),
            "curve": lambda: CurveBlock(canvas, subject.curve, back=back),
        }
        return [make[name]() for name in names if name in self._wished]

    def _row(self, names: Iterable[str], *, gap: int) -> Node | None:
        nodes = self._nodes(names)
        return Row(nodes, gap=gap) if nodes else None

    def _card(self, box: Box, parts: Sequence[Node], *, gap: int, across: int, down: int) -> None:
        palette = self.canvas.palette
        inside = box.inside(across, down)
        node, gone = leave_out(Column(parts, gap=gap, rule=self._rule) if parts else None, inside, _GIVEN_UP)
        self.absent |= dict.fromkeys(gone, _TOO_SMALL)
        if node is not None:
            self.canvas.card(box, palette.card, palette.border, self.canvas.px(14))
            node.place(inside)
            self._overlays += _overlays(node)

    def _on_page(self, box: Box | None, parts: Sequence[Node]) -> None:
        if box is None or not parts:
            return
        node, gone = leave_out(Column(parts, gap=self.canvas.px(7)), box, _GIVEN_UP[:-1])
        self.absent |= dict.fromkeys(gone, _TOO_SMALL)
        if node is not None:
            node.place(box)
            self._overlays += _overlays(node)

    def _rule(self, box: Box, y: int) -> None:
        self.canvas.fill(box.x, y, box.width, self.canvas.px(1), self.canvas.palette.border)


def _kind(layout: Layout) -> str:
    return "side" if layout.side is not None else "header" if layout.header is not None else "panel"


def _overlays(node: Node) -> list[Overlay]:
    return [block for block in node.blocks() if isinstance(block, Overlay)]


def _impossible(wished: OverlayConfig, subject: Subject) -> dict[str, str]:
    """Which overlays that are wished for cannot be shown of this algorithm, and why."""
    sample, absent = subject.sample, {}
    if wished.value and sample.value is None:
        known = sample.policy_step is not None
        absent["value"] = "the algorithm estimates no values" if known else "no policy is stored"
    if wished.network and not sample.layers:
        absent["network"] = subject.no_layers or "no policy is stored"
    if (wished.actions or wished.controller) and not subject.actions:
        absent |= dict.fromkeys(("actions", "controller"), "the game does not name its actions")
    return absent
