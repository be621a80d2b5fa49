"""Films that trainings make themselves, when they are done: which, and how far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.events import RunState
from retroml_core.index import RunFilter
from retroml_core.services import ExperimentService
from retroml_dearpygui.services.film_progress import film_progress
from retroml_dearpygui.services.run_names import run_title

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.index import RunRow
    from retroml_core.runs.run import Run

__all__ = ["Working", "working_now"]


@dataclass(frozen=True, kw_only=True)
class Working:
    """A run whose own process is making films, and what it says of that; `fraction` of the film at hand from 0 to 1."""

    run_id: str
    title: str
    words: str
    fraction: float = 0.0
    seconds_left: float | None = None


def working_now(app: App, kind_title: Callable[[str], str]) -> list[Working]:
    """The runs that make films now; `kind_title` tells what a renderer is called. Blocks: for the background."""
    experiments = ExperimentService(app)
    live = tuple(state for state in RunState if state.live)
    found = []
    for row in experiments.list(RunFilter(states=live)):
        run = experiments.find(row.id)
        word, _, activity = run.status().activity.partition(" ")
        if word == "film":
            found.append(_working(app, row, run, activity.partition(":")[0], kind_title))
    return found


def _working(app: App, row: RunRow, run: Run, renderer: str, kind_title: Callable[[str], str]) -> Working:
    said = film_progress(run.events_folder, renderer)
    kind, title = kind_title(renderer), run_title(app, row)
    if said is None:
        return Working(run_id=run.id, title=title, words=kind)
    words = f"{kind}: {said.doing}"
    return Working(run_id=run.id, title=title, words=words, fraction=said.fraction, seconds_left=said.seconds_left)
