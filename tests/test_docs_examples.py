"""The plugins of one file that the docs show: they load without faults and keep the contract of what they offer."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from retroml_core.events import RunOutcome, RunState
from retroml_core.testing import (
    EnvironmentContract,
    ExporterContract,
    MetricContract,
    RendererContract,
    TinyRun,
    tiny_app,
    tiny_run,
)

EXAMPLES = Path(__file__).parents[1] / "docs" / "plugins" / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))

sys.path.append(str(EXAMPLES))
MODULES = {name: import_module(name) for name in NAMES}


class TestCalm(MetricContract):
    spec = MODULES["calm"].retroml_metrics()[0]


class TestScores(ExporterContract):
    spec = MODULES["scores"].retroml_exporters()[0]


class TestNewest(RendererContract):
    spec = MODULES["newest"].retroml_video_renderers()[0]

    @pytest.fixture(autouse=True)
    def short(self, monkeypatch):
        """A second of film says as much as four."""
        monkeypatch.setattr("retroml_core.testing.renderer.SECONDS", 1.0)


class TestCorridor(EnvironmentContract):
    spec = MODULES["corridor"].retroml_environments()[0]
    game = "corridor"


def test_all_of_them_load_side_by_side(tmp_path):
    app = tiny_app(tmp_path, MODULES)
    assert app.plugins.failures == []
    assert {"calm", "scores", "newest", "corridor", "bell"} == set(app.registry.plugin_of.values()) & set(NAMES)


def test_the_bell_rings_when_a_training_ends(tmp_path, capsys):
    app = tiny_app(tmp_path, MODULES)
    run = tiny_run(tmp_path, app=app)
    app.plugins.run_finished(run, RunOutcome(state=RunState.COMPLETED, steps=1280))
    assert capsys.readouterr().out.startswith(f"\a{run.id} is completed after 1,280 steps.")


def test_the_command_names_the_best_run(tmp_path, capsys):
    app = tiny_app(tmp_path, MODULES)
    tiny_run(tmp_path, TinyRun(updates=1, scores=[1.0, 2.0]), app=app)
    best = tiny_run(tmp_path, TinyRun(updates=1, scores=[9.0, 3.0]), app=app)
    assert MODULES["bell"].best(app, ["tiny"]) == 0
    assert capsys.readouterr().out.strip() == best.id
