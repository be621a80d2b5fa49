"""Run folders with real event files, made without training anything."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from retroml_core.events import Event, EventData, RunState, RunStateChanged
from retroml_core.files import write_json
from retroml_core.runs.eventlog import EventLog
from retroml_core.runs.roots import DataRoot
from retroml_core.runs.run import Run
from retroml_core.runs.state import RunStatus, status_json
from retroml_core.testing import tiny_app

if TYPE_CHECKING:
    from retroml_core.app import App


@dataclasses.dataclass
class FakeRun:
    """A run folder whose files a test changes as a worker would."""

    run: Run
    seq: int = 0
    attempt: int = 0
    log: EventLog | None = None

    def begin(self, *, resumed_from: int | None = None) -> None:
        """Begin the next attempt."""
        self.end()
        self.attempt += 1
        self.log = EventLog(self.run.events_folder, self.attempt)
        step = resumed_from or 0
        self.say(RunStateChanged(state=RunState.RUNNING, resumed_from=resumed_from), step=step)

    def say(self, data: EventData, *, step: int, t: float = 1_795_402_515.0) -> None:
        """Write one event."""
        if self.log is None:
            self.begin()
        self.seq += 1
        event = Event(seq=self.seq, t=t, attempt=self.attempt, type=data.TYPE, step=step, data=data.as_dict())
        self.log.write(event)
        self.log.flush()

    def end(self) -> None:
        """Close the event file."""
        if self.log is not None:
            self.log.close()
            self.log = None

    def status(self, **changes: Any) -> None:
        """Write `state.json`."""
        changes = {"state": RunState.STOPPED, **changes}
        write_json(self.run.folder / "state.json", status_json(RunStatus(**changes)))


@pytest.fixture
def tiny() -> Callable[[Path], App]:
    """`tiny(folder)` is an app whose data root is `folder`."""
    return tiny_app


@pytest.fixture
def app(root: DataRoot, monkeypatch: pytest.MonkeyPatch) -> App:
    """The core alone, with the tiny game, on the data root of the test."""
    monkeypatch.setenv("RETROML_HOME", str(root.path))
    app = tiny_app(root.path)
    yield app
    if "index" in vars(app):
        app.index.close()
    app.close()


@pytest.fixture
def at_work() -> Callable[..., None]:
    """`at_work(fake, **status)` makes this very process the one that works on a run."""

    def work(fake: FakeRun, **status: Any) -> None:
        started = psutil.Process().create_time()
        begun = {"state": RunState.RUNNING, "attempt": 1, "pid": os.getpid(), "process_started": started}
        fake.status(**begun | status)

    return work


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    found = DataRoot(tmp_path / "data")
    found.prepare()
    return found


@pytest.fixture
def make_run(root: DataRoot) -> Callable[..., FakeRun]:
    """`make_run(number, game=..., tags=[...])` makes a run folder with that config."""
    made: list[FakeRun] = []

    def make(number: int = 1, **config: Any) -> FakeRun:
        game, algorithm = config.pop("game", "pong"), config.pop("algorithm", "ppo")
        folder = root.experiments / f"20261123t0415{number:02d}-{game}-{algorithm}-{number:010d}"
        for name in ("events", "control", "checkpoints", "videos"):
            (folder / name).mkdir(parents=True)
        tree = {
            "id": folder.name,
            "name": "",
            "game": game,
            "algorithm": {"name": algorithm, "learning_rate": 0.001},
            "environment": {"name": "atari"},
            "seed": number,
            "tags": [],
            "notes": "",
            "preset": "short",
            "group": "",
            "parent": {"id": "", "relation": "", "checkpoint": ""},
            "created_at": f"2026-11-23T04:15:{number:02d}+00:00",
        }
        write_json(folder / "config.json", tree | config)
        fake = FakeRun(Run(folder))
        fake.status(state=RunState.CREATED)
        made.append(fake)
        return fake

    yield make
    for fake in made:
        fake.end()
