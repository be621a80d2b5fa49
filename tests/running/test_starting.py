import subprocess
import sys
import types

import pytest

from retroml_core import ExporterSpec
from retroml_core.builtin.configs import LocalConfig
from retroml_core.events import RunState
from retroml_core.exporting import Exporter, LiveExporter
from retroml_core.files import write_json
from retroml_core.training.starting import fail_early, live_exporters, note_game


class Follower(Exporter, LiveExporter):
    def follow(self, run, bus):
        self.heard = []
        type(self).last = self
        bus.subscribe("*", self.heard.append)
        return self

    def close(self):
        self.closed = True


class Deaf(Exporter):
    def follow(self, run, bus):
        raise RuntimeError("no")


class Clumsy(Follower):
    def close(self):
        raise RuntimeError("dropped it")


@pytest.fixture
def attempt(make_run, attempt_at, app, monkeypatch):
    """An attempt at a run that the exporters named follow."""

    def begin(*names):
        module = types.ModuleType("some_exporters")
        module.follower, module.deaf, module.clumsy, module.idle = Follower, Deaf, Clumsy, Exporter
        monkeypatch.setitem(sys.modules, "some_exporters", module)
        for name in names:
            spec = ExporterSpec(
                name=name,
                title=name,
                summary="",
                config=LocalConfig,
                factory=f"some_exporters:{name}",
                suffix="",
                media_type="",
            )
            monkeypatch.setitem(app.registry.exporters, name, spec)
            monkeypatch.setitem(app.registry.plugin_of, ("exporter", name), "toys")
        run = make_run()
        write_json(run.folder / "config.json", run.tree | {"exporters": list(names)})
        return attempt_at(run)

    return begin


def messages(run):
    return [event.data["message"] for event in run.events({"problem"})]


def test_exporters_follow_the_run_and_are_closed(attempt):
    with attempt("follower") as made:
        with live_exporters(made):
            made.bus.emit("resource", {})
        made.bus.drain()
        assert Follower.last.closed
        assert [event.type for event in Follower.last.heard] == ["resource"]


def test_those_that_fail_are_reported_and_the_others_go_on(attempt):
    with attempt("deaf", "clumsy", "idle", "follower") as made:
        with live_exporters(made):
            pass
        assert Follower.last.closed
        assert messages(made.run) == [
            "exporter deaf cannot follow the run: no (plugin toys)",
            "exporter clumsy could not finish: dropped it",
        ]


def test_a_game_without_tape_adds_nothing_to_the_provenance(attempt):
    with attempt() as made:
        note_game(made)
        assert made.run.provenance() == {}


def test_what_the_tape_says_of_the_game_is_added(attempt, monkeypatch):
    tape = types.SimpleNamespace(header={"rom": "abc"}, close=lambda: None)
    with attempt() as made:
        monkeypatch.setattr(type(made.run), "tape", lambda self, app: tape)
        note_game(made)
        assert made.run.provenance()["game"] == {"rom": "abc"}


def test_a_run_that_cannot_begin_is_failed_with_the_reason(make_run):
    run = make_run()
    fail_early(run, "a plugin is missing")
    assert (run.status().state, run.status().reason) == (RunState.FAILED, "a plugin is missing")
    assert [event.type for event in run.events()] == ["problem", "run_state"]


def test_a_run_left_by_a_dead_process_can_be_failed(make_run, attempt_at):
    run = make_run()
    with attempt_at(run):
        pass
    fail_early(run, "no device")
    assert run.status().state is RunState.FAILED
    assert [event.seq for event in run.events()] == [1, 2, 3]


@pytest.mark.parametrize(
    "module",
    [
        *(f"runs.{name}" for name in ("run", "state", "control", "checkpoints", "launching")),
        *(f"training.{name}" for name in ("bus", "devices", "players")),
    ],
)
def test_what_front_ends_import_is_light(module):
    code = f"import sys, retroml_core.{module}; sys.exit(any(heavy in sys.modules for heavy in ('numpy', 'torch', 'hydra')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
