"""Changing a setting while a run trains: only those declared `live`, only within their range."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from retroml_core.faults import Fault
from retroml_core.params import param_info

__all__ = ["NotTunable", "read_tuning"]


class NotTunable(Fault):
    """The setting cannot be changed so while a run trains; the message says why."""


def read_tuning(config: Any, trainable: object, args: Mapping[str, Any]) -> tuple[str, float]:
    """The setting and value that the command `set` asks for. Raises NotTunable."""
    name = str(args.get("name", ""))
    live = {f.name: info for f in dataclasses.fields(config) if (info := param_info(f)) is not None and info.live}
    if name not in live or not hasattr(trainable, "tune"):
        known = ", ".join(sorted(live)) if hasattr(trainable, "tune") else ""
        raise NotTunable(f"{name!r} cannot be changed while training; {f'these can: {known}' if known else 'nothing can here'}")
    try:
        value = float(args["value"])
    except (KeyError, TypeError, ValueError):
        raise NotTunable(f"{name}={args.get('value')!r} is not a number") from None
    info = live[name]
    low, high = (-math.inf if info.ge is None else info.ge), (math.inf if info.le is None else info.le)
    if not low <= value <= high:
        raise NotTunable(f"{name}={value} is outside of {low} to {high}")
    return name, value
