"""Runs, models and films for the tests of the pages that look through them, made without training anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import psutil
import pytest
import retroml_dearpygui
from retroml_dearpygui.testing import FakeFront, make_desk

from retroml_core.events import RunState
from retroml_core.files import write_json
from retroml_core.films.listing import Film, read_film
from retroml_core.index import Index
from retroml_core.index.models import run as run_table
from retroml_core.runs.roots import DataRoot
from retroml_core.runs.run import Run
from retroml_core.runs.state import RunStatus, status_json
from retroml_core.testing import TinyRun, tiny_app, tiny_config, tiny_run

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

    from retroml_core.app import App


class Clock:
    """A clock that stands until it is set forward."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index without runs: making one takes longer than most tests."""
    root = DataRoot(tmp_path_factory.mktemp("empty"))
    Index.open(root).close()
    return root.database


@pytest.fixture
def app(home: Path, empty_index: Path) -> Iterator[App]:
    """The core, the tiny game and the app's own plugin."""
    app = tiny_app(home, {"dearpygui": retroml_dearpygui})
    app.root.prepare()
    shutil.copy(empty_index, app.root.database)
    yield app
    if "index" in vars(app):
        app.index.close()
    app.close()


@pytest.fixture
def desk(app: App, clock: Clock) -> Iterator[Desk]:
    """A desk without a window, whose background work is done at once and whose clock stands."""
    desk, _ = make_desk(app)
    desk.clock = clock
    yield desk
    desk.close()


@pytest.fixture
def front(desk: Desk) -> FakeFront:
    return desk.front  # type: ignore[return-value]  # a FakeFront in tests


@pytest.fixture
def make_run(app: App) -> Callable[..., Run]:
    """`make_run(number, game=..., state=..., best=...)` makes the folder of a run with that config and status."""

    def make(
        number: int = 1, *, state: RunState = RunState.COMPLETED, status: dict[str, Any] | None = None, **config: Any
    ) -> Run:
        game, algorithm = config.pop("game", "tiny"), config.pop("algorithm", "random")
        name = f"20261123t04{number // 60:02d}{number % 60:02d}-{game}-{algorithm}-{number:010d}"
        folder = app.root.experiments / name
        for part in ("events", "control", "checkpoints", "videos"):
            (folder / part).mkdir(parents=True)
        tree = {
            "id": name,
            "name": "",
            "game": game,
            "algorithm": {"name": algorithm},
            "environment": {"name": "tiny"},
            "seed": number,
            "created_at": f"2026-11-23T04:{number // 60:02d}:{number % 60:02d}+00:00",
        }
        write_json(folder / "config.json", tree | config)
        write_json(folder / "state.json", status_json(RunStatus(state=state)))
        return Run(folder)

    return make


@pytest.fixture
def at_work() -> Callable[[Run], None]:
    """`at_work(run)` makes this very process the one that trains it."""

    def work(run: Run) -> None:
        status = RunStatus(state=RunState.RUNNING, attempt=1, pid=os.getpid(), process_started=psutil.Process().create_time())
        write_json(run.folder / "state.json", status_json(status))

    return work


@pytest.fixture
def trained(app: App) -> Run:
    """A finished run with curves and a checkpoint."""
    return tiny_run(app.root.path, TinyRun(updates=3), app=app, config=tiny_config(seed=7))


@pytest.fixture
def many(app: App) -> Callable[[int], None]:
    """`many(n)` puts n runs into the index, without folders."""

    def fill(count: int) -> None:
        states = [RunState.COMPLETED, RunState.STOPPED, RunState.FAILED]
        rows = [
            {
                "id": f"20261123t041500-{'pong' if number % 2 else 'breakout'}-ppo-{number:010d}",
                "name": f"Number {number}",
                "game": "pong" if number % 2 else "breakout",
                "algorithm": "ppo",
                "environment": "atari",
                "preset": "short",
                "state": str(states[number % 3]),
                "created_at": 1_795_000_000_000 + number * 1000,
                "best_score": float(number),
                "steps": number * 1000,
                "seconds": float(number),
                "config_hash": "",
                "signature": {},
            }
            for number in range(count)
        ]
        with app.index.store.write() as connection:
            connection.execute(run_table.insert(), rows)

    return fill


@pytest.fixture(scope="session")
def grey(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A short film of nothing."""
    path = tmp_path_factory.mktemp("grey") / "grey.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            pixels = np.full((48, 64, 3), number * 6, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


@pytest.fixture
def make_film(grey: bytes) -> Callable[..., Film]:
    """`make_film(run, stem, size=..., label=...)` puts a complete film into the folder of a run."""

    def make(run: Run, stem: str, *, size: int = 0, created_at: str = "2026-11-23T10:00:00+00:00", label: str = "") -> Film:
        path = run.videos_folder / f"{stem}.mp4"
        path.write_bytes(grey + bytes(size))
        tree = {
            "format": "retroml-film",
            "version": 1,
            "file": path.name,
            "run_id": run.id,
            "renderer": "timelapse",
            "game": "tiny",
            "game_title": "Tiny",
            "algorithm": "random",
            "created_at": created_at,
            "seconds": 2.0,
            "width": 64,
            "height": 48,
            "fps": 10,
            "segments": [{"score": 3.0}, {"score": 5.0}],
            **({"label": label} if label else {}),
        }
        write_json(path.with_suffix(".json"), tree)
        film = read_film(path.with_suffix(".json"))
        assert film is not None
        return film

    return make
