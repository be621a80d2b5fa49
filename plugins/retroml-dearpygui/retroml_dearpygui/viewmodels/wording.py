"""Numbers, sizes and times as the app writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, tzinfo

__all__ = [
    "between",
    "clock_time",
    "day",
    "made",
    "million",
    "play_time",
    "score",
    "several",
    "short",
    "size",
    "trained",
    "when",
]

DASH = "–"


def several(number: int, word: str) -> str:
    """ "1 run", "3 runs"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def short(words: str, letters: int) -> str:
    """At most so many letters of `words`: "A long na…"."""
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def score(value: float | None) -> str:
    """ "31.2"; a dash when there is none."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 10_000 else f"{value:,.1f}"


def million(number: float) -> str:
    """ "950", "20.5 k", "6.28 M"."""
    if number < 1000:
        return f"{number:,.0f}"
    return f"{number / 1000:,.1f} k" if number < 999_950 else f"{number / 1e6:,.2f} M"


def trained(seconds: float | None) -> str:
    """ "45 s", "4 min 05 s", "2 h 10 min", "3 d 4 h"; a dash when it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return DASH
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole // 60 % 60:02} min"
    return f"{whole // 86_400} d {whole // 3600 % 24} h"


def between(least: float, most: float) -> str:
    """A time that is not known exactly: "20 to 40 s", "12 to 15 min", "4.2 to 4.6 h", "about 2 h" when both are the same."""
    for unit, seconds, digits in (("d", 86_400, 1), ("h", 3600, 1), ("min", 60, 0), ("s", 1, 0)):
        if most >= seconds * (2 if unit in ("d", "min") else 1) or unit == "s":
            low, high = (f"{max(value, 0.0) / seconds:.{digits}f}" for value in (least, most))
            return f"{low} to {high} {unit}" if low != high else f"about {high} {unit}"
    return DASH


def play_time(seconds: float) -> str:
    """The time of a film: "0:07", "12:30", "1:02:03"."""
    whole = max(int(seconds + 0.05), 0)
    hours = f"{whole // 3600}:{whole // 60 % 60:02}" if whole >= 3600 else f"{whole // 60}"
    return f"{hours}:{whole % 60:02}"


def size(count: float) -> str:
    """ "512 B", "2.4 MB", "1.3 GB"."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{count:.0f} B"


def when(milliseconds: float | None, zone: tzinfo | None = None) -> str:
    """A moment in the user's time zone (or `zone`): "23 Nov 2026 01:19"; a dash when it is not known."""
    if not milliseconds:
        return DASH
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone):%d %b %Y %H:%M}"


def made(created: str, zone: tzinfo | None = None) -> str:
    """The moment that the id of a run begins with, "20261123t001900": "23 Nov 2026 01:19"; itself when it cannot be read."""
    try:
        moment = datetime.strptime(created, "%Y%m%dt%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return created
    return f"{moment.astimezone(zone):%d %b %Y %H:%M}"


def day(iso: str, zone: tzinfo | None = None) -> str:
    """The day of an ISO 8601 moment: "23 Nov 2026"; a dash when it cannot be read."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone(zone):%d %b %Y}"
    except ValueError:
        return DASH


def clock_time(iso: str, zone: tzinfo | None = None) -> str:
    """Day and time of an ISO 8601 moment: "23 Nov 2026 01:19"; a dash when it cannot be read."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone(zone):%d %b %Y %H:%M}"
    except ValueError:
        return DASH
