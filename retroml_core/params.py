"""`param`: the one place where a setting says its default, range, unit and meaning.

Validation, `--help`, forms, tooltips and docs all read what is declared here, so a setting is never described twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

__all__ = ["ParamInfo", "param", "param_info"]

_KEY = "retroml"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ParamInfo:
    """What a field declared with `param` says about itself."""

    help: str
    ge: float | None = None
    le: float | None = None
    soft_ge: float | None = None
    soft_le: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    advanced: bool = False
    live: bool = False
    memory: bool = False
    fixed: bool = False
    source: str = ""


def param(
    default: Any = dataclasses.MISSING,
    *,
    default_factory: Callable[[], Any] | None = None,
    help: str,
    ge: float | None = None,
    le: float | None = None,
    soft_ge: float | None = None,
    soft_le: float | None = None,
    unit: str = "",
    choices: tuple[str, ...] = (),
    advanced: bool = False,
    live: bool = False,
    memory: bool = False,
    fixed: bool = False,
    source: str = "",
) -> Any:
    """Declare a config field.

    `ge` and `le` are hard limits (a value outside is an error), `soft_ge` and `soft_le` are the safe band (a value outside
    is a warning). `unit` is written after the value (`"steps"`, `"s"`). `choices` lists the allowed strings. `advanced`
    hides the field until asked for. `live` allows it to be changed while a run is training. `memory` says that a larger value
    takes more memory: it is named when memory runs out. `fixed` says that a checkpoint fits this value only: it cannot be
    changed when training goes on from one. `source` says where the default comes from (a paper, a published
    setting). A mutable default goes into `default_factory`.
    """
    info = ParamInfo(
        help=help,
        ge=ge,
        le=le,
        soft_ge=soft_ge,
        soft_le=soft_le,
        unit=unit,
        choices=choices,
        advanced=advanced,
        live=live,
        memory=memory,
        fixed=fixed,
        source=source,
    )
    if default_factory is not None:
        return dataclasses.field(default_factory=default_factory, metadata={_KEY: info})
    return dataclasses.field(default=default, metadata={_KEY: info})


def param_info(field: dataclasses.Field[Any]) -> ParamInfo | None:
    """The declaration of `field`, or None when it was not made by `param`."""
    info = field.metadata.get(_KEY)
    return info if isinstance(info, ParamInfo) else None
