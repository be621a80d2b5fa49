"""When composing fails: every override that is at fault, not only the one that Hydra stumbles over first.

Overrides that choose (a group, a game) are tried one by one. Those that only give a value are put into the plain tree, where
the walk over the schema finds all that is wrong with them at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from hydra.errors import HydraException

from retroml_core.config.errors import ConfigError, KeyFault, key_advice
from retroml_core.schema import ExperimentConfig

if TYPE_CHECKING:
    from retroml_core.specs import Problem

__all__ = ["Compose", "find_faults"]

Tree = dict[str, Any]
Compose = Callable[[Sequence[str]], Tree]

_CHOICES = ("algorithm", "environment", "network", "preset", "game")


def find_faults(overrides: Sequence[str], compose: Compose, known: Sequence[str]) -> tuple[Tree, list[Problem]]:
    """The tree of all `overrides` that `compose` takes, with plain values put in unseen, and what is wrong with the others.

    `known` are all keys of any algorithm and environment. Raises ConfigError when not even the defaults can be composed.
    """
    problems: list[Problem] = []
    choices: list[str] = []
    values: list[tuple[str, Any]] = []
    for text in overrides:
        override = _parsed(text)
        if override is None:
            problems.append(KeyFault(key=text, message="write KEY=VALUE, such as budget.hours=2"))
        elif override.is_sweep_override():
            message = "holds several values: add --multirun to train once for each, or write [a,b] for a list"
            problems.append(KeyFault(key=text, message=message))
        elif _is_value(override):
            values.append((override.key_or_group, override.value()))
        else:
            choices.append(text)
    tree, wrong = _choose(choices, compose)
    unsure = {problem.key for problem in wrong}
    for key, value in values:
        if key.partition(".")[0] in unsure and key in known:  # a setting of what could not be chosen
            continue
        if not _put(tree, key, value):
            problems.append(KeyFault(key=key, message=f"there is no such setting; {key_advice(key, known)}"))
    return tree, [*wrong, *problems]


def _parsed(text: str) -> Override | None:
    try:
        override = OverridesParser.create().parse_override(text)
    except HydraException:
        return None
    return override if override.key_or_group else None


def _is_value(override: Override) -> bool:
    key = override.key_or_group
    plain = override.type is OverrideType.CHANGE and override.package is None and "${" not in (override.input_line or "")
    if not plain or key.startswith("hydra."):
        return False
    return "." in key or key in {field.name for field in dataclasses.fields(ExperimentConfig)} - _parts()


def _parts() -> set[str]:
    """The keys that hold settings of their own, or that choose."""
    factories = {field.name: field.default_factory for field in dataclasses.fields(ExperimentConfig)}
    return {*_CHOICES, *(name for name, factory in factories.items() if dataclasses.is_dataclass(factory))}


def _choose(choices: Sequence[str], compose: Compose) -> tuple[Tree, list[Problem]]:
    try:
        return compose(choices), []
    except ConfigError:
        tree = compose([])
    good: list[str] = []
    problems: list[Problem] = []
    for choice in choices:
        try:
            tree = compose([*good, choice])
        except ConfigError as error:
            problems += error.problems or [KeyFault(key="", message=str(error))]
        else:
            good.append(choice)
    return tree, problems


def _put(tree: Tree, key: str, value: Any) -> bool:
    above, _, name = key.rpartition(".")
    for part in above.split(".") if above else ():
        inner = tree.get(part)
        if not isinstance(inner, dict):
            return False
        tree = inner
    tree[name] = value
    return True
