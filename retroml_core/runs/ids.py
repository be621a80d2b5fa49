"""Run ids: sortable by time, readable, safe in file names and URLs, made offline, unique across machines.

`20261123t041502-breakout-ppo-7k3f9dq2mx`: the second (UTC), the game, the algorithm, 50 random bits.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

__all__ = ["new_run_id"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letter looks like another (https://www.crockford.com/base32.html)."""


def new_run_id(game: str, algorithm: str, now: datetime | None = None) -> str:
    """A new id; `now` (aware) is the moment it says, the present when None."""
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    bits = secrets.randbits(50)
    unique = "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 50, 5))
    return f"{moment:%Y%m%dt%H%M%S}-{_word(game)}-{_word(algorithm)}-{unique}"


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "unnamed"
