from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

import film_plugin

from retroml_core.builtin.configs import RandomConfig
from retroml_core.plugins.folder import trust
from retroml_core.schema import Budget, ExperimentConfig, FilmConfig
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.runs import tiny_run

_PLUGIN = f"""
import sys

sys.path.insert(0, {str(Path(film_plugin.__file__).parent)!r})

from film_plugin import retroml_environments, retroml_games, retroml_video_renderers
"""


@pytest.fixture
def app(tmp_path: Path):
    return tiny_app(tmp_path / "root", {"films": film_plugin})


@pytest.fixture
def config():
    return ExperimentConfig(
        game="taped",
        environment=film_plugin.TapedConfig(),
        algorithm=RandomConfig(environments=2),
        budget=Budget(steps=1000),
        film=FilmConfig(renderers=["still"]),
        seed=7,
        created_at="2026-11-23T04:15:02+00:00",
    )


@pytest.fixture
def run(app, config, tmp_path):
    """A finished run with something on its tape."""
    made = tiny_run(tmp_path / "root", app=app, config=config)
    (made.tape_folder / "segment").write_bytes(b"made up")
    return made


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """Other processes find the data root of the test and its plugin."""
    folder = tmp_path / "root" / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "films_for_tests.py").write_text(_PLUGIN)
    trust(folder, "films_for_tests")
    monkeypatch.setitem(os.environ, "RETROML_HOME", str(tmp_path / "root"))


@pytest.fixture
def left(run):
    """What lies in the videos folder."""
    return lambda: sorted(path.name for path in run.videos_folder.iterdir())
