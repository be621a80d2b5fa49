"""The words of a command line with flags of Hydra: which are flags, which jobs they ask for, which of those cannot be run."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ValueType
from hydra.errors import HydraException

from retroml_core.config.composing import ConfigError, compose

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

    from retroml_core.app import App

__all__ = ["fault_of", "jobs_of", "split_flags"]

_WITH_VALUE = ("--cfg", "-c", "--package", "-p", "--info", "-i", "--config-dir", "-cd")
_COUNTABLE = (ValueType.CHOICE_SWEEP, ValueType.SIMPLE_CHOICE_SWEEP, ValueType.RANGE_SWEEP)


def split_flags(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The flags with their values, and the overrides: Hydra's parser wants all flags first."""
    flags: list[str] = []
    overrides: list[str] = []
    for before, argument in itertools.pairwise(["", *arguments]):
        is_flag = argument.startswith("-") or (before in _WITH_VALUE and "=" not in argument)
        (flags if is_flag else overrides).append(argument)
    return flags, overrides


def jobs_of(overrides: Sequence[str]) -> list[list[str]]:
    """The overrides of each job of a multirun; none where only Hydra can tell, as with a sweeper of its own."""
    if any(override.lstrip("+").startswith(("hydra/", "hydra.sweeper")) for override in overrides):
        return []
    parser = OverridesParser.create()
    choices: list[list[str]] = []
    for text in overrides:
        override = _parsed(parser, text)
        if override is None or not override.is_sweep_override():
            choices.append([text])
        elif override.value_type in _COUNTABLE:
            choices.append([f"{override.get_key_element()}={value}" for value in override.sweep_string_iterator()])
        else:
            return []
    return [list(job) for job in itertools.product(*choices)]


def _parsed(parser: OverridesParser, text: str) -> Override | None:
    try:
        return parser.parse_override(text)
    except HydraException:
        return None


def fault_of(app: App, overrides: Sequence[str]) -> str:
    """Why the job of `overrides` cannot be run, in words; empty when it can."""
    try:
        compose(app, [override for override in overrides if not override.startswith("hydra.")])
    except ConfigError as error:
        return str(error)
    return ""
