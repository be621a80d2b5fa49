"""Settings as flat lists with what their `param` says, for `--help` and the docs; and dataclasses filled from words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from retroml_core.config.validation import range_problems, range_text
from retroml_core.faults import Fault
from retroml_core.params import ParamInfo, param_info
from retroml_core.plugins.suggestions import advice
from retroml_core.schema import ExperimentConfig
from retroml_core.specs import Severity

__all__ = ["Setting", "core_settings", "filled", "require_ranges", "settings_of"]


@dataclass(frozen=True)
class Setting:
    """One setting: its full `key`, its default as Python object, the name of its type, what `param` says of it."""

    key: str
    default: Any
    type: str
    info: ParamInfo

    @property
    def default_text(self) -> str:
        """The default as it is written on the command line."""
        return "null" if self.default is None else self.default if isinstance(self.default, str) else json.dumps(self.default)

    @property
    def allowed(self) -> str:
        """What is allowed, in words: choices, or hard limits with their unit; empty when anything of its type is."""
        if self.info.choices:
            return " | ".join(choice or '""' for choice in self.info.choices)
        return range_text(self.info.ge, self.info.le, self.info.unit) or self.info.unit

    @property
    def usual(self) -> str:
        """The safe band in words; empty without one."""
        return range_text(self.info.soft_ge, self.info.soft_le, "")

    def as_tree(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {"key": self.key, "default": self.default, "type": self.type, **dataclasses.asdict(self.info)}


def settings_of(schema: type, above: str = "") -> Iterator[Setting]:
    """The settings of a config dataclass, those of its parts included, in order of declaration."""
    for field in dataclasses.fields(schema):
        factory = field.default_factory
        info = param_info(field)
        if isinstance(factory, type) and dataclasses.is_dataclass(factory):
            yield from settings_of(factory, f"{above}{field.name}.")
        elif info is not None:
            default = field.default if factory is dataclasses.MISSING else factory()
            yield Setting(above + field.name, default, str(field.type), info)


def core_settings() -> list[Setting]:
    """The settings every run has, whatever its algorithm and environment; without those that are filled in."""
    filled_in = {"id", "created_at", "schema_version", "preset"}
    return [setting for setting in settings_of(ExperimentConfig) if setting.key not in filled_in]


def filled(config: type, values: Mapping[str, str], fault: type[Fault] = Fault) -> Any:
    """An instance of the dataclass `config` with `values`, as a command line has them. Raises `fault` naming a wrong one."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    names = [field.name for field in dataclasses.fields(config) if field.name != "name"]
    for key in values:
        if key not in names:
            raise fault(f"{getattr(config, 'name', 'this')} has no setting {key!r}; {advice(key, names)}")
    try:
        made: Any = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(config), dict(values)))
    except OmegaConfBaseException as error:
        raise fault(f"{error.full_key}: {str(error).splitlines()[0]}") from error
    require_ranges(made, fault)
    return made


def require_ranges(config: Any, fault: type[Fault] = Fault) -> None:
    """Raise `fault` naming every value of the dataclass instance `config` that is not allowed."""
    faults = [str(problem) for problem in range_problems(config) if problem.severity is Severity.ERROR]
    if faults:
        raise fault("; ".join(faults))
