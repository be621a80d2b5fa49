"""From a config dataclass to the fields of a form: nothing is said here that was not declared with `param`."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from retroml_core.config.validation import range_text
from retroml_core.params import ParamInfo, param_info

__all__ = ["Field", "Kind", "fields_of"]


class Kind(StrEnum):
    """How a value is written and read; NAMED are texts by name."""

    WHOLE = "whole"
    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    WORDS = "words"
    LIST = "list"
    NAMED = "named"


_KINDS: dict[object, Kind] = {int: Kind.WHOLE, float: Kind.NUMBER, bool: Kind.SWITCH, str: Kind.WORDS}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One setting: `key` in full (`algorithm.learning_rate`), what it holds, and what `param` says about it.

    `optional` ones may be empty, which means None. `items` is the kind of the items of a list.
    """

    key: str
    kind: Kind
    info: ParamInfo
    optional: bool = False
    items: Kind = Kind.WORDS

    @property
    def label(self) -> str:
        """The name people read: "Learning rate"."""
        words = self.key.rpartition(".")[2].replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def advanced(self) -> bool:
        """Whether it is shown only when asked for."""
        return self.info.advanced

    @property
    def tooltip(self) -> str:
        """What it is, what is allowed and usual, where its default comes from."""
        info = self.info
        lines = [info.help]
        if allowed := range_text(info.ge, info.le, info.unit):
            lines.append(f"Allowed: {allowed}.")
        if usual := range_text(info.soft_ge, info.soft_le, info.unit):
            lines.append(f"Usual: {usual}.")
        if self.optional:
            lines.append("Empty: chosen automatically.")
        if info.live:
            lines.append("Can be changed while the training goes on.")
        if info.source:
            lines.append(f"Default from: {info.source}.")
        return "\n".join(lines)


def fields_of(config: type | object, prefix: str = "") -> list[Field]:
    """The fields of a config dataclass in its order, nested ones in full; those that were not declared are left out."""
    kind = config if isinstance(config, type) else type(config)
    hints = typing.get_type_hints(kind)
    found: list[Field] = []
    for field in dataclasses.fields(kind):
        key = f"{prefix}.{field.name}" if prefix else field.name
        if dataclasses.is_dataclass(hints[field.name]):
            found += fields_of(hints[field.name], key)
        elif (info := param_info(field)) is not None:
            found.append(_field(key, hints[field.name], info))
    return found


def _field(key: str, hint: Any, info: ParamInfo) -> Field:
    optional = False
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        optional, hint = len(kinds) < len(typing.get_args(hint)), kinds[0]
    if typing.get_origin(hint) in (list, tuple):
        (item, *_) = typing.get_args(hint)
        return Field(key=key, kind=Kind.LIST, info=info, optional=optional, items=_KINDS.get(item, Kind.WORDS))
    if typing.get_origin(hint) is dict:
        return Field(key=key, kind=Kind.NAMED, info=info, optional=optional)
    kind = Kind.CHOICE if info.choices else _KINDS.get(hint, Kind.WORDS)
    return Field(key=key, kind=kind, info=info, optional=optional)
