"""When two films are the same film: made by the same renderer with the same wishes from the same play.

Their **key** is equal then. A film that is there already need not be made again, and one that was begun is gone on with.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.films.listing import Film, films_in

if TYPE_CHECKING:
    from retroml_core.runs.run import Run
    from retroml_core.schema import FilmConfig
    from retroml_core.tape import Tape

__all__ = ["film_key", "find_film"]


def film_key(
    run: Run, renderer: str, config: FilmConfig, settings: Any, length_seconds: float, tape: Tape, others: Sequence[Run] = ()
) -> str:
    """The key of a film of `run` and `others`: what is on its tape now, which policies are stored, and all wishes."""
    wishes = {name: value for name, value in dataclasses.asdict(config).items() if name not in ("renderers", "length")}
    facts: dict[str, Any] = {
        "run": run.id,
        "renderer": renderer,
        "wishes": wishes,
        "settings": dataclasses.asdict(settings),
        "length": round(length_seconds, 3),
        "steps": [tape.steps("training"), tape.steps("evaluation")],
        "policies": [checkpoint.name for checkpoint in run.checkpoints()],
    }
    if others:
        facts["others"] = {other.id: [checkpoint.name for checkpoint in other.checkpoints()] for other in others}
        facts["trained"] = {other.id: other.status().step for other in others}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:32]


def find_film(folder: Path, key: str) -> Film | None:
    """The newest film in `folder` with this key."""
    return next((film for film in reversed(films_in(folder)) if film.sidecar.get("key") == key), None)
