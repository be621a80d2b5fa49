"""What every offer and every config dataclass owes, whatever it describes."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from retroml_core.params import param_info
from retroml_core.plugins.spec_checks import fault_of, resolve
from retroml_core.testing.checks import require

__all__ = ["METRIC_NAME", "require_declared", "require_spec"]

METRIC_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)+")


def require_spec(spec: Any) -> None:
    """Name, title and summary are there and the factory can be imported."""
    require(not fault_of(spec), f"{spec.name}: {fault_of(spec)}")
    require(spec.title.strip(), f"{spec.name}: give the spec a title for people")
    require(spec.summary.strip().endswith("."), f"{spec.name}: the summary must be a sentence ending with a full stop")
    require(callable(resolve(spec.factory)), f"{spec.name}: factory {spec.factory!r} must name a function 'module:function'")


def require_declared(config: type, name: str) -> None:
    """`config` is a dataclass with defaults, a field `name`, every other field made by `param` within its limits."""
    require(dataclasses.is_dataclass(config), f"{config.__name__} must be a dataclass: add @dataclass")
    fields = dataclasses.fields(config)
    require(any(field.name == "name" for field in fields), f'{config.__name__} must begin with the field name: str = "{name}"')
    bare = [f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING]
    require(not bare, f"{config.__name__}: {bare} must have defaults: param(default, help=...)")
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
    inside = (info.ge is None or value >= info.ge) and (info.le is None or value <= info.le)
    require(inside, f"{where}: the default {value} lies outside its own limits {info.ge} to {info.le}")
