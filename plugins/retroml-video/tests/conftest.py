from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from retroml_core.filming import FilmJob
from retroml_core.schema import FilmConfig
from retroml_core.testing.film import MadeUpPlayers, made_up_tape


class FakeRun:
    """A run that has trained for a while and evaluated its three evaluation games."""

    id = "20261123t041502-tiny-random-7k3f9dq2mx"

    def __init__(self, tape=None):
        self.tape = tape

    def status(self):
        return SimpleNamespace(seconds=125.0)

    def events(self, types=None, after_seq=0):
        games = self.tape.evaluation if self.tape is not None else []
        if games:
            data = {"scores": [g.score for g in games], "lengths": [g.length for g in games], "checkpoint_step": 2000}
            yield SimpleNamespace(data=data)


@pytest.fixture
def make_job(tmp_path: Path):
    """A film job on a made-up tape; keyword arguments replace its parts."""

    def make(**changes):
        tape = changes.pop("tape", None) or made_up_tape()
        film = {"fps": 30, "height": 240, **changes.pop("film", {})}
        known = {
            "run": FakeRun(tape),
            "tape": tape,
            "players": MadeUpPlayers(),
            "config": FilmConfig(**film),
            "target": tmp_path / "film.mp4",
            "length_seconds": 5.0,
            "progress": lambda fraction, doing: None,
            "game_title": "Tiny",
            "algorithm_title": "Random",
        }
        return FilmJob(**{**known, **changes})

    return make
