"""Settings that are lists of names tell which names there are."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_core.plugins.registry import Registry
    from retroml_dearpygui.forms.fields import Field

__all__ = ["named"]


def named(fields: Iterable[Field], registry: Registry) -> list[Field]:
    """`fields`, with the names that plugins offer in the meaning of those that take them."""
    offered = {
        "metrics": list(registry.metrics),
        "exporters": [name for name, spec in registry.exporters.items() if spec.live],
        "film.renderers": list(registry.renderers),
    }
    return [_telling(field, offered[field.key]) if offered.get(field.key) else field for field in fields]


def _telling(field: Field, names: Iterable[str]) -> Field:
    words = f"{field.info.help} There are: {', '.join(sorted(names))}."
    return dataclasses.replace(field, info=dataclasses.replace(field.info, help=words))
