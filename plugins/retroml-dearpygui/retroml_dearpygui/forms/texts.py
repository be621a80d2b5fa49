"""Values as people write them: parsed with a message in words where that fails, formatted, and quoted for an override."""

from __future__ import annotations

import math
import re
from typing import Any

from retroml_core.config.validation import range_text
from retroml_dearpygui.forms.fields import Field, Kind

__all__ = ["BadText", "as_override", "as_text", "fault_of", "parse", "warning_of"]


class BadText(ValueError):
    """What was written is no value of its field; the message says what is."""


def parse(field: Field, text: str) -> Any:
    """The value that `text` stands for. Raises BadText."""
    text = text.strip()
    if not text and field.optional:
        return None
    if field.kind is Kind.LIST:
        return [_one(field.items, part.strip()) for part in text.strip("[]()").split(",") if part.strip()]
    if field.kind is Kind.NAMED:
        return dict(_named(part) for part in text.split(";") if part.strip())
    return _one(field.kind, text)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name.isidentifier() and equals and value):
        raise BadText(f"{text.strip()!r} has no name; write name = value; another = value")
    return name, value


def _one(kind: Kind, text: str) -> Any:
    if kind in (Kind.WORDS, Kind.CHOICE, Kind.SWITCH):
        return text
    bare = text.replace(" ", "").replace("_", "")
    bare = bare.replace(",", "") if kind is Kind.WHOLE else bare.replace(",", ".")
    try:
        number = float(bare)
    except ValueError:
        example = "256" if kind is Kind.WHOLE else "0.00025 or 2.5e-4"
        raise BadText(f"{text!r} is not a number; write it like {example}" if text else "needs a number") from None
    if not math.isfinite(number):
        raise BadText("needs a finite number")
    if kind is Kind.NUMBER:
        return number
    if number != round(number):
        raise BadText(f"needs a whole number, not {text}")
    return int(bare) if bare.isascii() and bare.lstrip("+-").isdigit() else round(number)


def as_text(field: Field, value: Any) -> str:
    """How `value` is written in its field."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(as_text(field, item) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{name} = {text}" for name, text in value.items())
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def fault_of(field: Field, value: Any) -> str:
    """Why `value` is not allowed, "" when it is."""
    info = field.info
    if field.kind is Kind.CHOICE and value not in info.choices and not (value is None and field.optional):
        return f"must be one of {', '.join(info.choices)}"
    if any(_outside(item, info.ge, info.le) for item in _numbers(value)):
        return f"must be {range_text(info.ge, info.le, info.unit)}"
    return ""


def warning_of(field: Field, value: Any) -> str:
    """What is unusual about `value`, "" when nothing is."""
    info = field.info
    if any(_outside(item, info.soft_ge, info.soft_le) for item in _numbers(value)):
        return f"is usually {range_text(info.soft_ge, info.soft_le, info.unit)}"
    return ""


def as_override(key: str, value: Any) -> str:
    """`key=value` as Hydra reads it."""
    return f"{key}={_quoted(value)}"


def _quoted(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_quoted, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{name}:{_quoted(item)}' for name, item in value.items())}}}"
    if isinstance(value, str):
        return _quoted_text(value)
    return repr(value)


def _quoted_text(text: str) -> str:
    literal = re.sub(r"(\\*)\$\{", r"\1\1\\${", text)  # nothing in it is to be resolved
    literal = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + (r"\'" if found[2] else ""), literal)
    return f"'{literal}'"


def _numbers(value: Any) -> list[float]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in values if isinstance(item, (int, float)) and not isinstance(item, bool)]


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)
