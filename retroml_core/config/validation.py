"""What is wrong with a config: one walk that finds every fault at once."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retroml_core.metrics import CUSTOM
from retroml_core.params import ParamInfo, param_info
from retroml_core.plugins.suggestions import UnknownName, advice
from retroml_core.specs import ExporterSpec, Problem, RendererSpec, Severity

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["check", "film_seconds", "range_problems", "range_text"]

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def check(config: ExperimentConfig, app: App) -> list[Problem]:
    """Every fault of `config`: ranges, choices, contradictions, what is not installed, what plugins object to.

    Problems with severity "warning" do not forbid a run.
    """
    problems = [*range_problems(config), *_contradictions(config), *_game(config, app), *_not_offered(config, app)]
    # Plugins are asked only about configs that keep to their ranges, so that they need not check again.
    if not any(problem.severity is Severity.ERROR for problem in problems):
        problems += app.plugins.check_config(config)
    return problems


def range_problems(config: Any, above: str = "") -> Iterator[Problem]:
    """Every value of a config dataclass outside what its `param` allows, or outside the safe band (a warning)."""
    for field in dataclasses.fields(config):
        key, value = above + field.name, getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            yield from range_problems(value, f"{key}.")
        elif value == "???":
            yield Problem(key=key, value=value, message="needs a value")
        elif (info := param_info(field)) is not None and value is not None:
            for item in value if isinstance(value, (list, tuple)) else (value,):
                for problem in _value_problems(key, item, info):
                    # A default may lie outside the usual range, where it means "choose for me".
                    if problem.severity is Severity.ERROR or item != field.default:
                        yield problem


def _value_problems(key: str, value: Any, info: ParamInfo) -> Iterator[Problem]:
    if info.choices and isinstance(value, str) and value not in info.choices:
        yield Problem(key=key, value=value, message=f"must be one of {', '.join(map(repr, info.choices))}", hint=info.help)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    if not math.isfinite(value):
        yield Problem(key=key, value=value, message="must be a finite number", hint=info.help)
    elif _outside(value, info.ge, info.le):
        yield Problem(key=key, value=value, message=f"must be {range_text(info.ge, info.le, info.unit)}", hint=info.help)
    elif _outside(value, info.soft_ge, info.soft_le):
        usual = range_text(info.soft_ge, info.soft_le, info.unit)
        yield Problem(key=key, value=value, message=f"is usually {usual}", hint=info.help, severity=Severity.WARNING)


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def range_text(low: float | None, high: float | None, unit: str) -> str:
    """ "between 1 and 50 px", "at least 1", "at most 2 h"; empty without bounds."""
    after = f" {unit}" if unit else ""
    if low is not None and high is not None:
        return f"between {low} and {high}{after}"
    if low is not None:
        return f"at least {low}{after}"
    return f"at most {high}{after}" if high is not None else ""


def film_seconds(length: str) -> float | None:
    """The seconds that `film.length` asks for; None for "match". Raises ValueError for anything else."""
    if length == "match":
        return None
    seconds = float(length)
    if not 1 <= seconds <= 1_000_000:
        raise ValueError(length)
    return seconds


def _contradictions(config: ExperimentConfig) -> Iterator[Problem]:
    if config.deterministic and config.budget.steps is None:
        hint = "give budget.steps: how far a time reaches is never the same twice"
        yield Problem(key="deterministic", value=True, message="needs a budget in steps", hint=hint)
    if config.budget.limit_seconds() == 0:
        yield Problem(key="budget", value=0, message="leaves no time to train", hint="give budget.minutes or budget.steps")
    if not _DEVICE.fullmatch(config.device):
        yield Problem(key="device", value=config.device, message="must be auto, cpu, cuda or cuda:1")
    yield from _film(config)


def _film(config: ExperimentConfig) -> Iterator[Problem]:
    try:
        film_seconds(config.film.length)
    except ValueError:
        message = 'must be a number of seconds from 1 to 1000000, or "match"'
        yield Problem(key="film.length", value=config.film.length, message=message)
    if not _COLOUR.fullmatch(config.film.accent):
        yield Problem(key="film.accent", value=config.film.accent, message="must be a colour like #6D5CFF")
    if config.film.height % 2:
        yield Problem(key="film.height", value=config.film.height, message="must be even", hint="the codec asks for it")


def _game(config: ExperimentConfig, app: App) -> Iterator[Problem]:
    try:
        game = app.registry.game(config.game)
    except UnknownName as error:
        yield Problem(key="game", value=config.game, message=str(error), hint="`retroml games` lists them all")
        return
    if game.environment != config.environment.name:
        message = f"is played by the environment {game.environment}, not by {config.environment.name}"
        yield Problem(key="game", value=config.game, message=message, hint="leave environment= out")


def _not_offered(config: ExperimentConfig, app: App) -> Iterator[Problem]:
    for key, kind, names in (
        ("metrics", "metric", config.metrics),
        ("custom_metrics", "metric", [CUSTOM] if config.custom_metrics else []),
        ("exporters", "exporter", config.exporters),
        ("film.renderers", "renderer", config.film.renderers),
    ):
        for name in names:
            spec = app.registry.of(kind).get(name)
            if spec is None:
                there = advice(name, app.registry.of(kind), kind)
                yield Problem(key=key, value=name, message=f"no plugin offers it; {there}")
            elif isinstance(spec, ExporterSpec) and not spec.live:
                hint = f"export afterwards: retroml export ID --format {name}"
                yield Problem(key=key, value=name, message="cannot follow a run while it trains", hint=hint)
            elif isinstance(spec, RendererSpec) and "tape" in spec.needs:
                yield from _no_tape(key, name, config, app)


def _no_tape(key: str, name: str, config: ExperimentConfig, app: App) -> Iterator[Problem]:
    environment = app.registry.environments.get(config.environment.name)
    if environment is not None and not environment.tape:
        message = f"will not be made: {environment.no_tape}"
        yield Problem(key=key, value=name, message=message, hint="film.renderers=[]", severity=Severity.WARNING)
