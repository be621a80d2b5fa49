"""What lies in the trash, runs, models and films together, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.files import read_json
from retroml_core.runs.labels import read_labels
from retroml_core.services import ExperimentService, ModelService, StorageService
from retroml_core.services.films import FilmService
from retroml_core.services.models import TRASHED_MODEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_core.app import App
    from retroml_core.services import TrashedRun

__all__ = ["Trashed", "restore", "trashed"]


@dataclass(frozen=True, kw_only=True)
class Trashed:
    """Something in the trash: `kind` is "Run", "Model" or "Film", `key` tells it from all others, `deleted_at` is in ms."""

    key: str
    kind: str
    title: str
    deleted_at: float
    size_bytes: int


def trashed(app: App) -> list[Trashed]:
    """All that lies in the trash, the latest first. Raises OSError."""
    found = [_run_or_model(app, one) for one in StorageService(app).trashed()]
    found += [
        Trashed(
            key=one.folder.name,
            kind="Film",
            title=one.film.label,
            deleted_at=one.deleted_at * 1000,
            size_bytes=one.film.size_bytes,
        )
        for one in FilmService(app).trashed()
    ]
    return sorted(found, key=lambda one: one.deleted_at, reverse=True)


def restore(app: App, wanted: Trashed) -> None:
    """Put something back where it was. Raises Fault, FilmError, OSError."""
    ways: dict[str, Callable[[], object]] = {
        "Run": lambda: ExperimentService(app).restore(wanted.key),
        "Model": lambda: ModelService(app).restore(wanted.key.removeprefix(TRASHED_MODEL)),
        "Film": lambda: _restore_film(app, wanted),
    }
    ways[wanted.kind]()


def _restore_film(app: App, wanted: Trashed) -> None:
    films = FilmService(app)
    found = next((one for one in films.trashed() if one.folder.name == wanted.key), None)
    if found is None:
        raise Fault(f"{wanted.title} is not in the trash any more.")
    films.restore(found)


def _run_or_model(app: App, one: TrashedRun) -> Trashed:
    model = one.id.startswith(TRASHED_MODEL)
    try:
        tree = read_json(one.folder / ("model.json" if model else "config.json"))
        name = str(tree.get("name", "")) if model else read_labels(one.folder, tree).name
        game = app.registry.games.get(tree["game"])
        title = name or f"{game.title if game else tree['game']}, {_algorithm(tree)}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        title = one.id
    return Trashed(
        key=one.id,
        kind="Model" if model else "Run",
        title=title,
        deleted_at=one.deleted_at * 1000,
        size_bytes=one.size_bytes,
    )


def _algorithm(tree: dict[str, object]) -> str:
    algorithm = tree["algorithm"]
    return str(algorithm["name"] if isinstance(algorithm, dict) else algorithm).upper()
