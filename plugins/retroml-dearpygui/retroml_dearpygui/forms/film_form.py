"""What can be set of one film, as a form: the run's own film settings, and those of its renderer."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.films.options import FilmOptions
from retroml_dearpygui.forms.fields import Field, Kind, fields_of

if TYPE_CHECKING:
    from retroml_core.schema import FilmConfig
    from retroml_core.specs import RendererSpec
    from retroml_dearpygui.forms.form import Form

__all__ = ["KIND", "OVERLAYS", "PICTURE", "film_fields", "film_options"]

PICTURE, KIND = "film", "kind"
"""What the keys of the run's film settings begin with, and those of the renderer."""

OVERLAYS = f"{PICTURE}.overlays."
"""What the keys begin with that say what is written beside the game."""

_ELSEWHERE = {"length", "others", "settings", "output"}


def film_fields(film: FilmConfig, spec: RendererSpec | None) -> tuple[list[Field], dict[str, Any]]:
    """The fields of a film by the renderer `spec`, and their usual values: those of `film` and of the renderer.

    Of the renderer's settings those come first that other renderers do not share.
    """
    asked = {field.name for field in dataclasses.fields(FilmOptions)} - _ELSEWHERE
    wanted = [
        field
        for field in fields_of(film, PICTURE)
        if field.key.startswith(OVERLAYS) or field.key.removeprefix(f"{PICTURE}.") in asked
    ]
    usual = _values(film, PICTURE)
    if spec is not None:
        own = inspect.get_annotations(spec.config)
        found = [field for field in fields_of(spec.config, KIND) if field.kind is not Kind.LIST]
        wanted += sorted(found, key=lambda field: field.key.removeprefix(f"{KIND}.") not in own)
        usual |= _values(spec.config(), KIND)
    return wanted, usual


def film_options(form: Form, *, length: str, others: Sequence[Path] = ()) -> FilmOptions:
    """What `form` asks for beyond what is usual, with a length and the folders of runs to show beside."""
    changed = {key: form.value(key) for key in form.changes}
    overlays = {key.removeprefix(OVERLAYS): bool(on) for key, on in changed.items() if key.startswith(OVERLAYS)}
    picture = {
        key.removeprefix(f"{PICTURE}."): value
        for key, value in changed.items()
        if key.startswith(f"{PICTURE}.") and not key.startswith(OVERLAYS)
    }
    settings = {
        key.removeprefix(f"{KIND}."): _text(value)
        for key, value in changed.items()
        if key.startswith(f"{KIND}.") and value is not None
    }
    return FilmOptions(
        length=length,
        others=tuple(others),
        settings=settings,
        show=tuple(name for name, on in overlays.items() if on),
        hide=tuple(name for name, on in overlays.items() if not on),
        **picture,
    )


def _values(config: object, prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in dataclasses.fields(config):  # type: ignore[arg-type]  # a config is an instance of a dataclass
        key, value = f"{prefix}.{field.name}", getattr(config, field.name)
        found |= _values(value, key) if dataclasses.is_dataclass(value) else {key: value}
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
