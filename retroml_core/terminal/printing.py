"""What commands print for other programs."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any

__all__ = ["answer", "print_json"]


def answer(tree: Any, text: str, *, as_json: bool) -> None:
    """Print `tree` for other programs, or `text` for people."""
    if as_json:
        print_json(tree)
    else:
        sys.stdout.write(f"{text}\n")


def print_json(value: Any) -> None:
    """Print `value` as JSON that every reader takes: numbers that JSON does not know become null."""
    sys.stdout.write(json.dumps(_known(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
