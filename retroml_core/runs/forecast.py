"""How much disk a run will need, and how large its network and replay will be: said before the start, and checked.

A forecast is cautious: speeds and sizes are upper ends of what was seen, so that a run that starts does not die of a full
disk. The parts are estimates; only their sum is compared with what is free.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.config.validation import film_seconds
from retroml_core.sizing import Sizes

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["Forecast", "forecast", "free_bytes", "size_text", "sizes_of"]

STEPS_PER_SECOND = 10_000
TAPE_BYTES_PER_STEP = 0.5
EVENT_BYTES_PER_SECOND = 4_000
POLICY_BYTES, STATE_BYTES = 8_000_000, 40_000_000
"""Of a network whose size is not known."""
NUMBER_BYTES = 4
PLAY_BYTES = 30_000_000
"""Of a state besides its network: a rollout that is not full yet, or the last two segments of a replay."""
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


def forecast(config: ExperimentConfig, app: App, sizes: Sizes | None = None) -> Forecast:
    """What a run of `config` will need; `sizes` are those of `sizes_of`, None: not known."""
    limit = config.budget.limit_seconds()
    steps = min(config.budget.steps or float("inf"), (limit if limit is not None else float("inf")) * STEPS_PER_SECOND)
    seconds = limit if limit is not None else steps / 100
    taped = bool(app.registry.environments[config.environment.name].tape)
    learns = "learns" in app.registry.algorithms[config.algorithm.name].traits
    replay = min(steps, int(getattr(config.algorithm, "replay_size", 0))) * REPLAY_BYTES_PER_STEP
    network = (sizes or Sizes()).network(config.network.name)
    policy, state = POLICY_BYTES, STATE_BYTES
    if network is not None and network.parameters is not None and network.memory_bytes is not None:
        policy, state = network.parameters * NUMBER_BYTES, network.memory_bytes + PLAY_BYTES
    # A checkpoint is written before the oldest one goes, and the best model is kept besides.
    checkpoints = (config.checkpoints.keep + 2) * (state + policy) + (config.checkpoints.keep_policies + 1) * policy
    return Forecast(
        tape=int(steps * TAPE_BYTES_PER_STEP) if taped else 0,
        events=int(seconds * EVENT_BYTES_PER_SECOND),
        checkpoints=int(checkpoints + replay) if learns else 1_000_000,
        films=_film_bytes(config, seconds) if taped else 0,
    )


def sizes_of(config: ExperimentConfig, app: App) -> Sizes:
    """What the algorithm of `config` says of its networks and replay; nothing where it does not say, or fails to.

    Makes the game for a moment.
    """
    spec = app.registry.algorithms[config.algorithm.name]
    if not spec.sizes:
        return Sizes()
    from retroml_core.plugins.registry import resolve
    from retroml_core.training.building import Workshop

    try:
        found: Sizes = resolve(spec.sizes)(app, config, Workshop(app, config).info())
        return found
    except Exception:  # noqa: BLE001  # a plugin may fail in any way, and a figure is not worth a run
        return Sizes()


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
