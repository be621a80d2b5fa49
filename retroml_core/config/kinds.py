"""Which kind of value a setting takes, and what to say about a value of another kind."""

from __future__ import annotations

import copy
import dataclasses
import enum
import itertools
import re
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from retroml_core.config.settings import settings_of
from retroml_core.config.validation import range_text
from retroml_core.params import ParamInfo, param_info
from retroml_core.schema import ExperimentConfig
from retroml_core.specs import Problem

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from retroml_core.plugins.registry import Registry

__all__ = ["as_declared", "drop_misfits"]

_LARGEST = 1e15
_NO_TEXT = re.compile(r"[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?|[+-]?(inf|nan)|true|false", re.IGNORECASE)
"""What Hydra reads as a number or as a truth value."""
_NOUNS = {int: "whole numbers", float: "numbers", str: "words", bool: "true or false"}


def as_declared(overrides: Sequence[str], registry: Registry) -> list[str]:
    """`overrides` with values in the form that their settings take.

    `budget.steps=1e6` becomes `budget.steps=1000000`, since Hydra takes no float for a whole number, `name=1e4` gets quotes:
    it would become 10000.0.
    """
    if not any(_NO_TEXT.fullmatch(value) for override in overrides for value in _values(override)):
        return list(overrides)
    forms = dict(_forms(registry))
    return [_in_form(override, forms.get(override.partition("=")[0])) for override in overrides]


def _forms(registry: Registry) -> Iterator[tuple[str, Callable[[str], str]]]:
    """How to write the values of the settings where it matters, by key."""
    own = (settings_of(spec.config, f"{kind}.") for kind, spec in registry.configurable())
    for setting in itertools.chain(settings_of(ExperimentConfig), *own):
        kinds = set(re.findall(r"\w+", setting.type)) - {"class", "None"}
        if kinds == {"int"}:
            yield setting.key, _digits
        elif kinds in ({"str"}, {"str", "list"}):
            yield setting.key, _quoted


def _values(override: str) -> list[str]:
    """The values of an override: one, those of a list, those of a sweep."""
    return [value.strip() for value in override.partition("=")[2].strip("[]").split(",")]


def _in_form(override: str, form: Callable[[str], str] | None) -> str:
    key, _, value = override.partition("=")
    if form is None or not any(map(_NO_TEXT.fullmatch, _values(override))):
        return override
    written = ",".join(map(form, _values(override)))
    return f"{key}=[{written}]" if value.startswith("[") else f"{key}={written}"


def _quoted(value: str) -> str:
    return f"'{value}'" if _NO_TEXT.fullmatch(value) else value


def _digits(value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if _is_whole(number) else value


def _is_whole(value: float) -> bool:
    return value.is_integer() and abs(value) < _LARGEST


def drop_misfits(tree: dict[str, Any], schema: DictConfig) -> list[Problem]:
    """Take every value out of `tree` that `schema` does not take, and say what it takes instead.

    A whole number written as a float (`1e6`) is made one. The keys of `tree` are those of `schema`, or some of them.
    """
    return list(_misfits(tree, copy.deepcopy(schema), ""))


def _misfits(tree: dict[str, Any], trial: DictConfig, above: str) -> Iterator[Problem]:
    part: Any = OmegaConf.get_type(trial)
    fields = {field.name: field for field in dataclasses.fields(part)}
    hints = typing.get_type_hints(part)
    for name, value in list(tree.items()):
        if dataclasses.is_dataclass(OmegaConf.get_type(trial, name)):
            yield from _misfits(value, trial[name], f"{above}{name}.")
        elif _takes(trial, name, value):
            continue
        elif _without_none(hints[name]) is int and isinstance(value, float) and _is_whole(value):
            tree[name] = int(value)
        else:
            del tree[name]
            info = param_info(fields[name])
            words, hint = _words(hints[name], info), info.help if info else ""
            yield Problem(key=above + name, value=_written(value), message=f"must be {words}", hint=hint)


def _takes(trial: DictConfig, name: str, value: Any) -> bool:
    try:
        trial[name] = value
    except OmegaConfBaseException:
        return False
    return True


def _without_none(hint: Any) -> Any:
    """`X | None` -> `X`."""
    if typing.get_origin(hint) not in (types.UnionType, typing.Union):
        return hint
    others = [other for other in typing.get_args(hint) if other is not types.NoneType]
    return others[0] if len(others) == 1 else hint


def _words(hint: Any, info: ParamInfo | None) -> str:
    """ "a number between 0 and 1", "true or false", "a list of whole numbers, written [1,2]"."""
    kind = _without_none(hint)
    or_none = "" if kind is hint else ", or null"
    if kind in (int, float):
        return _number("a whole number" if kind is int else "a number", info) + or_none
    if kind in (str, bool):
        return ("text" if kind is str else "true or false") + or_none
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return f"one of {', '.join(member.name for member in kind)}{or_none}"
    if typing.get_origin(kind) in (list, tuple):
        inner: Any = next(iter(typing.get_args(kind)), None)
        return f"a list of {_NOUNS.get(inner, 'values')}, written [a,b]{or_none}"
    if typing.get_origin(kind) is dict:
        return f"{_NOUNS.get(typing.get_args(kind)[1], 'values')} by name, written {{name: value}}{or_none}"
    return f"of the type {getattr(kind, '__name__', kind) if not typing.get_args(kind) else kind}"


def _number(noun: str, info: ParamInfo | None) -> str:
    limits = range_text(info.ge, info.le, info.unit) if info else ""
    return f"{noun} of {limits}" if limits.startswith("at ") else f"{noun} {limits}".rstrip()


def _written(value: Any) -> str:
    """`value` as it is written on the command line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(_written, value))}]"
    return str(value)
