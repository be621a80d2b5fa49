"""Words of the command line as Hydra's grammar wants them.

It cannot read `name=it's`, nor `name='a 🏓'` after the shell took the quotes; it takes keys that users make up only with `++`;
and it reads numbers where text is meant.

The grammar: https://hydra.cc/docs/advanced/override_grammar/basic/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException

from retroml_core.config.kinds import as_declared

if TYPE_CHECKING:
    from retroml_core.plugins.registry import Registry

__all__ = ["open_keys", "readable", "spelled"]

_OPEN = re.compile(r"custom_metrics[.=]")


def spelled(overrides: Sequence[str], registry: Registry) -> list[str]:
    """`overrides` so that Hydra takes each value for what its setting is, letter for letter where that is text."""
    return as_declared(open_keys(readable(overrides)), registry)


def readable(overrides: Sequence[str]) -> list[str]:
    """`overrides`, with quotes around each value that Hydra cannot read without: it is taken as text, letter for letter."""
    parser = OverridesParser.create()
    return [override if _is_read(parser, override) else _quoted(override) for override in overrides]


def open_keys(overrides: Sequence[str]) -> list[str]:
    """`overrides`, with `++` before each `custom_metrics.win_rate=...`: its key need not be there already."""
    return [f"++{override}" if _OPEN.match(override) else override for override in overrides]


def _is_read(parser: OverridesParser, override: str) -> bool:
    try:
        parser.parse_override(override)
    except HydraException:
        return False
    return True


def _quoted(override: str) -> str:
    key, equals, value = override.partition("=")
    return f"{key}={QuotedString(text=value, quote=Quote.double).with_quotes()}" if equals else override
