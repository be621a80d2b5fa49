"""A config that cannot be used, said in words: which key, what is wrong, what is possible, what was perhaps meant."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hydra.errors import CompactHydraException, HydraException, MissingConfigException

from retroml_core.faults import Fault
from retroml_core.plugins.suggestions import UnknownName, listing, nearest
from retroml_core.schema import ExperimentConfig
from retroml_core.specs import Problem

if TYPE_CHECKING:
    from omegaconf.errors import OmegaConfBaseException

    from retroml_core.plugins.registry import Registry

__all__ = ["ConfigError", "KeyFault", "explain", "key_advice", "known_keys", "of_problems"]


class ConfigError(Fault, CompactHydraException):
    """A config cannot be used; the message says why. `problems` lists its faults where there are several.

    Hydra prints it without a traceback, and in a multirun the other jobs still run.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class KeyFault(Problem):
    """What is wrong with a key, whatever its value; with the key "" the message says it all."""

    def __str__(self) -> str:
        return f"{self.key}: {self.message}" if self.key else self.message


def of_problems(problems: Sequence[Problem]) -> ConfigError:
    """One error that names all `problems`."""
    if len(problems) == 1:
        return ConfigError(str(problems[0]), problems)
    return ConfigError("\n  ".join([f"The config has {len(problems)} faults:", *map(str, problems)]), problems)


def explain(error: HydraException | OmegaConfBaseException, registry: Registry) -> Problem:
    """Hydra's error in our words, with what was perhaps meant."""
    text = str(error)
    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        return _missing_option(error.missing_cfg_file, error.options or ())
    if match := re.match(r"\w+ raised while resolving interpolation: ([^\n]+)", text):
        return KeyFault(key="", message=match[1])
    if match := re.search(r"raised while composing config:\s+Key '\w+' not in '(\w+)'\s+full_key: (\S+)", text):
        return KeyFault(key=match[2], message=f"a config file sets it, but {match[1]} has no such setting")
    if match := re.search(r"Could not override '([^']+)'\. No match in the defaults list", text):
        return KeyFault(key=match[1], message=f"this group is added, not replaced: write +{match[1]}=...")
    if match := re.search(r"Could not override '([^']+)'|Could not append to config. An item is already at '([^']+)'", text):
        return _wrong_key(match[1] or match[2], registry, is_there=bool(match[2]))
    if match := re.search(r"Error merging override ([^\n]+)", text):
        cause = str(error.__cause__ or "").split("\n", 1)[0]
        if cause.startswith("Invalid type assigned"):
            key = match[1].partition("=")[0]
            beneath = [full for full in known_keys(registry) if full.startswith(f"{key}.")]
            message = f"{key} has no such option; set its parts one by one: {', '.join(beneath)}"
            return KeyFault(key=match[1], message=message)
        return KeyFault(key=match[1], message=cause) if cause else KeyFault(key="", message=text)
    return KeyFault(key="", message=text)


def _missing_option(file: str, options: Iterable[str]) -> Problem:
    group, _, name = file.rpartition("/")
    return Problem(key=group, value=name, message=str(UnknownName(group or "config", name, options)))


def _wrong_key(key: str, registry: Registry, *, is_there: bool) -> Problem:
    if is_there:
        return KeyFault(key=key, message="is a setting already: write it without the +")
    return KeyFault(key=key, message=f"there is no such setting; {key_advice(key, known_keys(registry))}")


def key_advice(key: str, keys: Sequence[str]) -> str:
    """What was perhaps meant by `key`: the same word elsewhere, else what looks like it beside it, else anywhere."""
    above, _, word = key.rpartition(".")
    beside = {full.rpartition(".")[2]: full for full in keys if full.rpartition(".")[0] == above}
    same = [full for full in keys if full.rpartition(".")[2] == word][:3]
    if close := same or [beside[name] for name in nearest(word, beside)]:
        return f"did you mean {' or '.join(close)}?"
    if above and beside:
        return listing(beside.values())
    close = nearest(key, keys)
    return f"did you mean {' or '.join(close)}?" if close else "`retroml help all` lists them"


def known_keys(registry: Registry) -> list[str]:
    """Every key a config may have, in full, over all algorithms and environments."""
    keys = _keys(ExperimentConfig, "")
    for kind, spec in registry.configurable():
        keys += _keys(spec.config, f"{kind}.")
    return sorted(set(keys))


def _keys(schema: type, above: str) -> list[str]:
    keys = []
    for field in dataclasses.fields(schema):
        keys.append(above + field.name)
        factory = field.default_factory
        if isinstance(factory, type) and dataclasses.is_dataclass(factory):
            keys += _keys(factory, f"{above}{field.name}.")
    return keys
