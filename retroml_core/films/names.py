"""Names of films: `Breakout_PPO_2h00m_2026-11-23_timelapse.mp4`, safe on every file system.

A film name is a **stem** and a suffix. A stem holds letters, digits, `-` and `_` only, so no file system, shell or URL
takes offence; it is never a name that Windows reserves, and with suffix and a collision number it stays within 120
characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from datetime import UTC, datetime

__all__ = ["LONGEST", "clock_words", "film_date", "film_stem", "free_names", "safe_stem"]

LONGEST = 120
"""How many characters a film name may have, suffix included."""

_LONGEST_BYTES = 200
_ROOM = 12
_RESERVED = re.compile(r"(con|prn|aux|nul|conin|conout|clock|com\d|lpt\d)", re.IGNORECASE)


def safe_stem(text: str, *, longest: int = LONGEST - _ROOM) -> str:
    """`text` as a stem of at most `longest` characters; empty when nothing of it can be kept.

    Letters and digits of any script stay, everything else becomes a single `-`.
    """
    folded = unicodedata.normalize("NFKC", text)
    kept = "".join(character if character.isalnum() or character == "_" else "-" for character in folded)
    stem = _shorten(re.sub(r"-+", "-", kept).strip("-"), longest).strip("-")
    return f"{stem}-film" if _RESERVED.fullmatch(stem) else stem


def _shorten(text: str, longest: int) -> str:
    text = text[:longest]
    while len(text.encode()) > _LONGEST_BYTES:
        text = text[:-1]
    return text


def clock_words(seconds: float) -> str:
    """A duration for file names: `2h00m`, `5m30s`, `20s`."""
    whole = max(round(seconds), 0)
    if whole >= 3600:
        minutes = round(whole / 60)
        return f"{minutes // 60}h{minutes % 60:02}m"
    return f"{whole // 60}m{whole % 60:02}s" if whole >= 60 else f"{whole}s"


def film_date(created_at: str) -> str:
    """The date (UTC) of an ISO 8601 time as `2026-11-23`; today when it cannot be read."""
    try:
        moment = datetime.fromisoformat(created_at)
    except ValueError:
        moment = datetime.now(UTC)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date().isoformat()


def film_stem(*, game: str, algorithm: str, seconds: float, created_at: str, renderer: str) -> str:
    """The usual stem of a film, from titles of game and algorithm, seconds trained, date of the run and renderer."""
    end = "_".join(("", clock_words(seconds), film_date(created_at), safe_stem(renderer, longest=24) or "film"))
    head = "_".join((safe_stem(game, longest=40) or "game", safe_stem(algorithm, longest=24) or "algorithm"))
    return head + end


def free_names(stem: str, suffix: str, taken: Container[str]) -> Iterator[str]:
    """Names not in `taken` (casefolded names): the stem itself, then with `-2`, `-3` and so on."""
    number = 1
    while True:
        end = f"-{number}{suffix}" if number > 1 else suffix
        name = _shorten(stem, LONGEST - len(end)) + end
        if name.casefold() not in taken:
            yield name
        number += 1
