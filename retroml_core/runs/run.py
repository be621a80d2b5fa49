"""A run on disk: one folder under `experiments/`, made once, read by anybody at any time.

config.json  provenance.json  state.json  out.log  run.lock
events/  control/  checkpoints/  tape/  metrics/  videos/  datasets/
"""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.files import read_json, sync_folder, write_json
from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore
from retroml_core.runs.config_file import read_tree
from retroml_core.runs.eventlog import read_events
from retroml_core.runs.state import RunStatus, read_status, status_json

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.events import Event
    from retroml_core.films.film import Film
    from retroml_core.schema import ExperimentConfig
    from retroml_core.tape import Tape

__all__ = ["SCORE", "Curve", "Run", "RunNotFound", "RunRefused", "create_run", "find_run"]

SCORE = "score"
"""The curve of episode scores."""

_SUBFOLDERS = ("events", "control", "checkpoints", "tape", "metrics", "videos", "datasets")


class RunNotFound(Fault):
    """No run, or more than one, has this id; the message lists those that come close."""


class RunRefused(Fault):
    """A run may not be made; the message says why."""


@dataclass(frozen=True)
class Curve:
    """A number over the course of training: the same length each; `seconds` are of training."""

    steps: list[int]
    seconds: list[float]
    values: list[float]


class Run:
    """A light reader of a run folder: every answer is read afresh."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.videos_folder = folder / "videos"
        self.tape_folder = folder / "tape"
        self.checkpoints_folder = folder / "checkpoints"
        self.events_folder = folder / "events"
        self.control_folder = folder / "control"
        self.metrics_folder = folder / "metrics"
        self.datasets_folder = folder / "datasets"
        self.log_file = folder / "out.log"

    def __repr__(self) -> str:
        return f"Run({self.id})"

    @property
    def id(self) -> str:
        """The id of the run, which is the name of its folder."""
        return self.folder.name

    @property
    def tree(self) -> dict[str, Any]:
        """`config.json` as it stands. Raises OSError, DamagedConfig."""
        return read_tree(self.folder / "config.json")

    def config(self, app: App) -> ExperimentConfig:
        """The typed config. Raises ConfigError in words when the file or a plugin it needs is missing or broken."""
        from retroml_core.config.composing import load_config

        return load_config(self.folder / "config.json", app)

    def status(self) -> RunStatus:
        """How the run stands as of now."""
        return read_status(self.folder)

    def provenance(self) -> dict[str, Any]:
        """What the run ran on; empty before its first attempt."""
        try:
            found: dict[str, Any] = read_json(self.folder / "provenance.json")
        except (OSError, ValueError):
            return {}
        return found

    def events(self, types: Collection[str] | None = None, after_seq: int = 0) -> Iterator[Event]:
        """The events of all attempts that still count, in order; see `retroml_core.runs.eventlog`."""
        return read_events(self.events_folder, types, after_seq)

    def episodes(self) -> list[dict[str, Any]]:
        """The finished training episodes in order: the fields of `EpisodeFinished` and `step`."""
        return [{**event.data, "step": event.step} for event in self.events({"episode_finished"})]

    def curve(self, name: str) -> Curve:
        """The curve of metric `name`, or of `"score"`: one point an episode. Empty when there is none."""
        curve = Curve([], [], [])
        for event in self.events({"episode_finished"} if name == SCORE else {"update_finished"}):
            value = event.data.get("score") if name == SCORE else event.data.get("metrics", {}).get(name)
            if value is not None:
                curve.steps.append(event.step)
                curve.seconds.append(float(event.data.get("seconds", 0.0)))
                curve.values.append(float(value))
        return curve

    def checkpoints(self) -> list[Checkpoint]:
        """The complete checkpoints by step."""
        return CheckpointStore(self.checkpoints_folder).list()

    def films(self) -> list[Film]:
        """The complete films, oldest first."""
        from retroml_core.films.film import list_films

        return list_films(self)

    def tape(self, app: App) -> Tape:
        """The record of play. Raises FileNotFoundError before there is one, ValueError when it cannot be re-simulated."""
        from retroml_core.tape import open_tape

        spec = app.registry.environments[str(self.tree["environment"]["name"])]
        if not spec.tape:
            raise ValueError(f"{spec.title} keeps no tape: {spec.no_tape or 'it cannot be re-simulated'}")
        return open_tape(self.folder, spec.tape)


def create_run(app: App, config: ExperimentConfig) -> Run:
    """Make the folder of a new run: it gets an id, a seed where none is given, and the time.

    A folder that is only half made is never seen by anybody. Raises RunRefused, RootError, OSError.
    """
    from retroml_core.config.composing import save_config
    from retroml_core.runs.ids import new_run_id
    from retroml_core.seeding import draw_seed

    refusal = app.plugins.refuse_run(app, config)
    if refusal:
        raise RunRefused(refusal)
    app.root.prepare()
    identity = new_run_id(config.game, config.algorithm.name)
    config = dataclasses.replace(
        config,
        id=identity,
        seed=draw_seed() if config.seed is None else config.seed,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    making = app.root.experiments / f".new-{identity}"
    folder = app.root.experiments / identity
    try:
        for name in _SUBFOLDERS:
            (making / name).mkdir(parents=True)
        save_config(config, making / "config.json")
        write_json(making / "state.json", status_json(RunStatus()))
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    sync_folder(app.root.experiments)
    return Run(folder)


def find_run(app: App, name: str) -> Run:
    """The run called `name`: its id, any beginning of it that fits no other, a path to its folder, or `"latest"`.

    Raises RunNotFound with close matches, RootError.
    """
    if ("/" in name or os.sep in name) and (Path(name) / "config.json").is_file():
        return Run(Path(name).absolute())
    folders = app.root.run_folders()
    if name == "latest":
        if not folders:
            raise RunNotFound(f"there is no run yet in {app.root.experiments}")
        return Run(folders[-1])
    matches = [folder for folder in folders if folder.name == name] or [f for f in folders if f.name.startswith(name)]
    if len(matches) == 1:
        return Run(matches[0])
    if matches:
        raise RunNotFound(f"{name!r} fits {len(matches)} runs: {_listing(matches)}; give more of the id")
    raise RunNotFound(f"there is no run {name!r} in {app.root.experiments}; {_close(name, folders)}")


def _listing(folders: list[Path]) -> str:
    names = [folder.name for folder in folders[-5:]]
    return ", ".join(names) + (" …" if len(folders) > len(names) else "")


def _close(name: str, folders: list[Path]) -> str:
    import difflib

    alike = [folder for folder in folders if name in folder.name]
    close = alike or [folders[0].parent / match for match in difflib.get_close_matches(name, [f.name for f in folders], n=3)]
    return f"close are {_listing(close)}" if close else "`retroml runs` lists them all"
