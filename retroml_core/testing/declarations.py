"""What every offer and every config dataclass owes, whatever it describes."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from retroml_core.params import param_info
from retroml_core.testing.checks import require

__all__ = ["require_declared", "require_spec"]

NAME = re.compile(r"[a-z][a-z0-9_]*")


def require_spec(spec: Any) -> None:
    """Name, title and summary are there and the factory can be imported."""
    from retroml_core.plugins.registry import resolve

    require(NAME.fullmatch(spec.name), f"the name {spec.name!r} must be lower-case letters, digits and '_'")
    require(spec.title.strip(), f"{spec.name}: give the spec a title for people")
    require(spec.summary.strip().endswith("."), f"{spec.name}: the summary must be a sentence ending with a full stop")
    require(callable(resolve(spec.factory)), f"{spec.name}: factory {spec.factory!r} must name a function 'module:function'")


def require_declared(config: type, name: str) -> None:
    """`config` is a dataclass with defaults, a field `name`, every other field made by `param` within its limits."""
    require(dataclasses.is_dataclass(config), f"{config.__name__} must be a dataclass: add @dataclass")
    fields = dataclasses.fields(config)
    require(any(field.name == "name" for field in fields), f'{config.__name__} must begin with the field name: str = "{name}"')
    made = config()
    require(made.name == name, f'{config.__name__}.name must default to "{name}", the name of the spec, not {made.name!r}')
    for field in fields:
        if field.name != "name":
            _require_param(config, field, getattr(made, field.name))


def _require_param(config: type, field: dataclasses.Field[Any], value: Any) -> None:
    info = param_info(field)
    where = f"{config.__name__}.{field.name}"
    if info is None:
        require(dataclasses.is_dataclass(type(value)), f"{where}: declare it with param(default, help=..., ge=..., le=...)")
        return
    require(info.help.strip(), f"{where}: say in one sentence what it does, param(..., help=...)")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    above = info.ge is None or value >= info.ge
    below = info.le is None or value <= info.le
    require(above and below, f"{where}: the default {value} lies outside its own limits {info.ge} to {info.le}")
