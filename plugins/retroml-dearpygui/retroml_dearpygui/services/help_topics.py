"""The topics of the help: those that plugins offer, and one for each part of the settings that plugins declare."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from retroml_core.plugins.registry import resolve
from retroml_dearpygui import offers
from retroml_dearpygui.services.help_pages import settings_page, settings_parts
from retroml_dearpygui.specs import Mode

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_dearpygui.specs import TopicSpec

__all__ = ["Topic", "topics"]

PARENT = "hyperparameters"


@dataclass(frozen=True)
class Topic:
    """A topic: `read` gives its Markdown, from any thread; a topic with a `parent` is listed below that one only."""

    name: str
    title: str
    summary: str
    icon: str
    mode: Mode
    read: Callable[[], str]
    parent: str = ""


def topics(app: App) -> list[Topic]:
    """All topics in order, those below another right after it."""
    found = [_of_spec(app, spec) for spec in offers.topics(app.plugins)]
    parts = [
        Topic(name, title, summary, "", Mode.STUDENT, functools.partial(settings_page, settings), PARENT)
        for name, (title, summary, settings) in settings_parts(app).items()
    ]
    return [topic for above in found for topic in [above, *(parts if above.name == PARENT else ())]]


def _of_spec(app: App, spec: TopicSpec) -> Topic:
    return Topic(spec.name, spec.title, spec.summary, spec.icon, spec.mode, functools.partial(_read, app, spec))


def _read(app: App, spec: TopicSpec) -> str:
    """The text of a topic; one that cannot be read says why, as the failure of whoever offered it."""
    package, _, rest = spec.source.partition(":")
    try:
        if rest.endswith(".md"):
            return resources.files(package).joinpath(rest).read_text(encoding="utf-8")
        return str(resolve(spec.source)(app))
    except Exception as error:  # noqa: BLE001  # whatever a plugin's topic raises
        return f"This topic cannot be shown.\n\n*{spec.source}: {type(error).__name__}: {error}*\n"
