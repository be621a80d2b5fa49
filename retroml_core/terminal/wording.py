"""Numbers, times and states as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from retroml_core.events import RunState

__all__ = ["count", "counted", "duration", "moment", "percent", "score", "short_ids", "sparkline", "state_words"]

_BARS = "▁▂▃▄▅▆▇█"
_STATES = {
    RunState.CREATED: "waiting for its process",
    RunState.QUEUED: "in the queue",
    RunState.STARTING: "starting",
    RunState.RUNNING: "training",
    RunState.STOPPING: "stopping, saving a checkpoint",
}


def count(number: float) -> str:
    """ "1,204,000"."""
    return f"{number:,.0f}"


def counted(number: int, noun: str) -> str:
    """ "1 run", "1,204 runs"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def score(value: float | None) -> str:
    """ "31.2", "-" when there is none; whole numbers without decimals."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 10_000 else f"{value:,.1f}"


def duration(seconds: float | None) -> str:
    """ "45 s", "4 min 05 s", "2 h 10 min", "3 d 4 h"; "?" when it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "?"
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole // 60 % 60:02} min"
    return f"{whole // 86_400} d {whole // 3600 % 24} h"


def moment(milliseconds: int) -> datetime:
    """The UTC moment so many milliseconds after 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def percent(fraction: float) -> str:
    """ "42 %"; never 100 before the end."""
    return f"{math.floor(min(max(fraction, 0.0), 1.0) * 100)} %"


def state_words(state: RunState) -> str:
    """What a state means."""
    return _STATES.get(state, str(state))


def sparkline(values: Sequence[float]) -> str:
    """The course of `values` in one line of bars; "" without a finite value."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return ""
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    return "".join(_BARS[int((v - low) / span * (len(_BARS) - 1))] if math.isfinite(v) else " " for v in values)


def short_ids(ids: Iterable[str], *, least: int = 15) -> dict[str, str]:
    """The shortest beginning of each id, of `least` characters or more, that no other begins with."""
    ordered = sorted(set(ids))
    short = {}
    for before, own, after in zip(["", *ordered], ordered, [*ordered[1:], ""], strict=False):
        length = max(least, _common(own, before) + 1, _common(own, after) + 1)
        short[own] = own[:length]
    return short


def _common(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
