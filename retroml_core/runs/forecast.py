"""How much disk a run will need, and how much memory its replay: said before the start, and checked.

A forecast is cautious: speeds and sizes are upper ends of what was seen, so that a run that starts does not die of a full
disk. The parts are estimates; only their sum is compared with what is free.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.config.validation import film_seconds

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["Forecast", "forecast", "free_bytes", "replay_memory", "size_text"]

STEPS_PER_SECOND = 10_000
TAPE_BYTES_PER_STEP = 0.5
EVENT_BYTES_PER_SECOND = 4_000
POLICY_BYTES = 8_000_000
STATE_BYTES = 40_000_000
REPLAY_BYTES_PER_STEP = 700
"""Of a replay buffer (`algorithm.replay_size`), which checkpoints share: a tenth of its pictures, compressed."""
FILM_BYTES_PER_SECOND = 1_000_000
EVALUATION_FILM_SECONDS = 300


@dataclass(frozen=True)
class Forecast:
    """Bytes a run will need at most, by what for."""

    tape: int
    events: int
    checkpoints: int
    films: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.tape + self.events + self.checkpoints + self.films

    def __str__(self) -> str:
        return (
            f"at most {size_text(self.total)} of disk: play {size_text(self.tape)}, checkpoints {size_text(self.checkpoints)}, "
            f"films {size_text(self.films)}, events {size_text(self.events)}"
        )


def forecast(config: ExperimentConfig, app: App) -> Forecast:
    """What a run of `config` will need."""
    limit = config.budget.limit_seconds()
    steps = min(config.budget.steps or float("inf"), (limit if limit is not None else float("inf")) * STEPS_PER_SECOND)
    seconds = limit if limit is not None else steps / 100
    taped = bool(app.registry.environments[config.environment.name].tape)
    learns = "learns" in app.registry.algorithms[config.algorithm.name].traits
    replay = min(steps, int(getattr(config.algorithm, "replay_size", 0))) * REPLAY_BYTES_PER_STEP
    # A checkpoint is written before the oldest one goes, and the best model is kept besides.
    states, policies = config.checkpoints.keep + 2, config.checkpoints.keep_policies + 1
    return Forecast(
        tape=int(steps * TAPE_BYTES_PER_STEP) if taped else 0,
        events=int(seconds * EVENT_BYTES_PER_SECOND),
        checkpoints=int(states * STATE_BYTES + policies * POLICY_BYTES + replay) if learns else 1_000_000,
        films=_film_bytes(config, seconds) if taped else 0,
    )


def replay_memory(config: ExperimentConfig, app: App) -> int:
    """How many bytes of memory the replay of a run of `config` takes at most; 0 without one, and where nobody can say.

    Makes the game for a moment where there is a replay.
    """
    spec = app.registry.algorithms[config.algorithm.name]
    if "replay" not in spec.traits or not spec.sizes:
        return 0
    from retroml_core.plugins.registry import resolve
    from retroml_core.training.building import Workshop

    try:
        return int(resolve(spec.sizes)(app, config, Workshop(app, config).info()).replay_memory_bytes)
    except Exception:  # noqa: BLE001  # a plugin may fail in any way, and a figure is not worth a run
        return 0


def _film_bytes(config: ExperimentConfig, training_seconds: float) -> int:
    asked = film_seconds(config.film.length)
    lengths = [
        EVALUATION_FILM_SECONDS if name == "final_run" else (training_seconds if asked is None else asked)
        for name in config.film.renderers
    ]
    return int(sum(lengths) * FILM_BYTES_PER_SECOND * (config.film.height / 720) ** 2)


def free_bytes(folder: Path) -> int:
    """Free disk where `folder` is or will be. Raises OSError."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def size_text(size: float) -> str:
    """ "3.4 MB", with decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if size >= 10 or unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
