"""Numbers on the command line, refused in words."""

from __future__ import annotations

import argparse

__all__ = ["count"]


def count(word: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    if not (word.isdecimal() and int(word) > 0):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 on, not {word!r}")
    return int(word)
