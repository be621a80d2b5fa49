"""Numbers on the command line, refused in words."""

from __future__ import annotations

import argparse
import math

__all__ = ["above_zero", "count", "from_zero", "whole"]


def whole(word: str, *, least: int = 0) -> int:
    """A whole number from `least` on. Raises ArgumentTypeError."""
    if not (word.isdecimal() and int(word) >= least):
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} on, not {word!r}")
    return int(word)


def count(word: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    return whole(word, least=1)


def above_zero(word: str) -> float:
    """A finite number above 0. Raises ArgumentTypeError."""
    number = from_zero(word, "above 0")
    if number == 0:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {word!r}")
    return number


def from_zero(word: str, allowed: str = "from 0 on") -> float:
    """A finite number from 0 on. Raises ArgumentTypeError, which says what is `allowed`."""
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(f"must be a number {allowed}, not {word!r}")
    return number
