"""What a spec must satisfy to be offered; checked once, when plugins are collected, so that faults name their plugin."""

from __future__ import annotations

import dataclasses
import re
import sys
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate
from typing import Any

from retroml_core.specs import EnvironmentSpec, GameSpec, Spec

__all__ = ["fault_of", "missing_module", "resolve"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COMMAND = re.compile(r"[a-z][a-z0-9_-]*")
_REFERENCES = ("factory", "tape", "sizes", "looks")
_FACTORY = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def resolve(reference: str) -> Any:
    """The object that `"module:attribute"` names. Raises ValueError for another shape, and what the import raises."""
    if not _FACTORY.fullmatch(reference):
        raise ValueError(f'{reference!r} is not of the form "module:attribute"')
    module, _, path = reference.partition(":")
    found = import_module(module)
    for attribute in path.split("."):
        found = getattr(found, attribute)
    return found


def missing_module(spec: Spec) -> str:
    """The first module or package that `spec` names and that is not there, as far as can be told without importing any."""
    for field in _REFERENCES:
        module = getattr(spec, field, "").partition(":")[0]
        packages = accumulate(module.split("."), "{}.{}".format)
        unseen = next((name for name in packages if name and name not in sys.modules), "")
        try:
            there = not unseen or find_spec(unseen) is not None
        except ImportError:  # what should be its package is none
            there = False
        if not there:
            return unseen
    return ""


def fault_of(spec: Spec) -> str:
    """What is wrong with `spec`, in words; empty when nothing is. Imports nothing."""
    return _name_fault(spec) or _reference_fault(spec) or _config_fault(spec) or _tape_fault(spec)


def _name_fault(spec: Spec) -> str:
    pattern = _COMMAND if type(spec).__name__ == "CommandSpec" else _NAME
    if not isinstance(spec.name, str) or not pattern.fullmatch(spec.name):
        return "its name may only have lower-case letters, digits and _, and begins with a letter"
    return "" if isinstance(spec.title, str) and spec.title else "it has no title"


def _reference_fault(spec: Spec) -> str:
    for field in _REFERENCES:
        reference = getattr(spec, field, None)
        optional = reference is None or (field != "factory" and reference == "")
        if not optional and not (isinstance(reference, str) and _FACTORY.fullmatch(reference)):
            return f'its {field} {reference!r} is not of the form "module:attribute"'
    return ""


def _config_fault(spec: Spec) -> str:
    if not hasattr(spec, "config"):
        return ""
    config = spec.config
    if not (isinstance(config, type) and dataclasses.is_dataclass(config)):
        return f"its config {config!r} is not a dataclass"
    default = next((field.default for field in dataclasses.fields(config) if field.name == "name"), None)
    if default != spec.name:
        return f'its config {config.__name__} has no field `name: str = "{spec.name}"`'
    return ""


def _tape_fault(spec: Spec) -> str:
    if isinstance(spec, EnvironmentSpec) and not spec.tape and not spec.no_tape:
        return "it has no tape and does not say why in no_tape"
    if isinstance(spec, GameSpec) and not spec.environment:
        return "it names no environment"
    return ""
