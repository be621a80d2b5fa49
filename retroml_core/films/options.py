"""What may be asked of one film, beyond the run's own config: the same words on the command line and between processes."""

from __future__ import annotations

import argparse
import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from retroml_core.config.settings import filled, require_ranges
from retroml_core.filming import FilmRefused
from retroml_core.schema import FilmConfig, OverlayConfig

__all__ = ["FilmOptions", "film_config", "film_length", "film_settings"]

_SHORTHANDS = ("episode", "begin", "end")
_WISHES = ("length", "fps", "height", "layout", "theme", "accent", "format", "sound", "captions")
"""What stands in the config of a run too."""


@dataclass(frozen=True, kw_only=True)
class FilmOptions:
    """Wishes for one film; None leaves a thing to the run's config.

    `length` is seconds or "match" (as long as the training was), `output` a folder other than the run's own, `settings`
    values of the renderer's config by name, `others` the folders of runs to show beside this one. The overlays in `show` are
    switched on, then those in `hide` off. With `again` a film is made though there is one like it. At most `at_once` films
    are made at a time under one data root; more wait for their turn.
    """

    length: str | None = None
    fps: int | None = None
    height: int | None = None
    layout: str | None = None
    theme: str | None = None
    accent: str | None = None
    format: str | None = None
    sound: bool | None = None
    captions: bool | None = None
    show: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    output: Path | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    others: tuple[Path, ...] = ()
    again: bool = False
    at_once: int = 1

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Declare the options on `parser`; read them back with `from_arguments`."""
        parser.add_argument("--length", metavar="SECONDS|match", help='length; "match": as long as the training was')
        parser.add_argument("--fps", type=int, help="frames per second, 15 to 60; even motion with 60, 30, 20 or 15")
        parser.add_argument("--height", type=int, metavar="PX", help="the shorter side of the picture: 720 or 1080")
        parser.add_argument("--layout", metavar="NAME", help="wide, vertical or square")
        parser.add_argument("--theme", metavar="NAME", help="dark or light")
        parser.add_argument("--accent", metavar="#RRGGBB", help="the colour of bars and curves")
        parser.add_argument("--format", metavar="NAME", help="mp4, av1, gif or webp")
        parser.add_argument("--sound", action=argparse.BooleanOptionalAction, default=None, help="let the game be heard")
        parser.add_argument("--captions", action=argparse.BooleanOptionalAction, default=None, help="write beside the game")
        for name, does in (("show", "to show as well"), ("hide", "to leave out")):
            parser.add_argument(f"--{name}", default="", metavar="A,B", help=f"overlays {does}: {', '.join(_overlays())}")
        parser.add_argument("--output", type=Path, metavar="FOLDER", help="where to put the film; default: the run's videos/")
        parser.add_argument("--episode", metavar="N", help="full_record: the game to show")
        moment = "steps of the run (120000) or time trained (90s, 1h02m)"
        parser.add_argument("--from", dest="begin", metavar="MOMENT", help=f"full_record: where to begin, {moment}")
        parser.add_argument("--to", dest="end", metavar="MOMENT", help="full_record: where to end, likewise")
        several: dict[str, Any] = {"action": "append", "default": []}
        parser.add_argument(
            "--other", dest="others", type=Path, metavar="FOLDER", help="race: folder of another run", **several
        )
        parser.add_argument("--again", action="store_true", help="make the film though there is one like it")
        parser.add_argument(
            "--at-once", type=int, default=1, metavar="N", help="wait while N films are being made already; default: 1"
        )
        parser.add_argument("--set", dest="settings", metavar="KEY=VALUE", help="a setting of the renderer", **several)

    @classmethod
    def from_arguments(cls, parsed: argparse.Namespace) -> FilmOptions:
        """The options in `parsed`. Raises FilmRefused for a setting without `=`."""
        settings = {name: value for name in _SHORTHANDS if (value := getattr(parsed, name)) is not None}
        for pair in parsed.settings:
            key, equals, value = pair.partition("=")
            if not equals:
                raise FilmRefused(f"--set {pair}: write KEY=VALUE")
            settings[key.strip()] = value.strip()
        return cls(
            **{name: getattr(parsed, name) for name in (*_WISHES, "output", "again")},
            show=_names(parsed.show),
            hide=_names(parsed.hide),
            settings=settings,
            others=tuple(parsed.others),
            at_once=max(parsed.at_once, 1),
        )

    def as_arguments(self) -> list[str]:
        """The arguments from which `from_arguments` makes these options again."""
        given = {name: value for name in (*_WISHES, "output") if (value := getattr(self, name)) is not None}
        switches = {True: "--{}", False: "--no-{}"}
        arguments = [switches[v].format(name) if isinstance(v, bool) else f"--{name}={v}" for name, v in given.items()]
        arguments += [f"--{name}={','.join(names)}" for name in ("show", "hide") if (names := getattr(self, name))]
        arguments += [f"--other={folder}" for folder in self.others]
        arguments += ["--again"] * self.again + [f"--at-once={self.at_once}"] * (self.at_once != 1)
        return arguments + [f"--set={key}={value}" for key, value in self.settings.items()]


def film_config(config: FilmConfig, options: FilmOptions) -> FilmConfig:
    """`config` of the run with what `options` ask for. Raises FilmRefused naming what is not allowed."""
    wishes = {name: value for name in _WISHES if (value := getattr(options, name)) is not None}
    made = dataclasses.replace(config, **wishes, overlays=_switched(config.overlays, options))
    require_ranges(made, FilmRefused)
    return made


def _switched(overlays: OverlayConfig, options: FilmOptions) -> OverlayConfig:
    unknown = sorted({*options.show, *options.hide} - set(_overlays()))
    if unknown:
        raise FilmRefused(f"there is no overlay {', '.join(unknown)}: choose from {', '.join(_overlays())}")
    switches = dict.fromkeys(options.show, True) | dict.fromkeys(options.hide, False)
    return dataclasses.replace(overlays, **switches)


def _overlays() -> list[str]:
    return [item.name for item in dataclasses.fields(OverlayConfig)]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip().lower()))


def film_length(text: str, trained_seconds: float) -> float:
    """The length in seconds that `text` asks for. Raises FilmRefused when it is neither a positive number nor "match"."""
    if text.strip().lower() == "match":
        if trained_seconds <= 0:
            raise FilmRefused("a film cannot match a training that has not trained yet: give its length in seconds")
        return trained_seconds
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds > 0):
        raise FilmRefused(f'a film cannot be "{text}" long: give seconds, such as 60, or "match"')
    return seconds


def film_settings(config: type, settings: Mapping[str, str]) -> Any:
    """An instance of the dataclass `config` with `settings` in it. Raises FilmRefused naming an unknown or wrong one."""
    return filled(config, settings, FilmRefused)
