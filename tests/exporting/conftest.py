"""Exporters for tests: one that writes the run's id, one that fails for some runs, one with a bug."""

from dataclasses import dataclass

import pytest

from retroml_core import ExporterSpec, MetricSpec, hookimpl, param
from retroml_core.exporting import Exporter, ExportError
from retroml_core.testing import TinyRun, tiny_app, tiny_run


@dataclass
class NoteConfig:
    name: str = "note"
    times: int = param(1, ge=1, le=3, help="How often it says so.")


@dataclass
class FussyConfig:
    name: str = "fussy"


@dataclass
class BuggyConfig:
    name: str = "buggy"


@dataclass
class FolderConfig:
    name: str = "folder"


class Note(Exporter):
    """Writes one file that holds the id and the units it knows."""

    def export(self, runs, folder):
        path = folder / f"{runs[0].id}.txt"
        path.write_text(f"{runs[0].id} {dict(self.units)}" * self.config.times)
        return [path]


class Fussy(Exporter):
    """Writes a file, then refuses runs whose seed is odd."""

    def export(self, runs, folder):
        path = folder / "half.txt"
        path.write_text("half")
        if runs[0].tree["seed"] % 2:
            raise ExportError(f"{runs[0].id} is odd")
        return [path]


class Buggy(Exporter):
    """Has a bug."""

    def export(self, runs, folder):
        return [] + None


class Foldered(Exporter):
    """Writes a folder with one file named after how often it was asked."""

    def export(self, runs, folder):
        made = folder / "inner"
        made.mkdir()
        (made / "file.txt").write_text(runs[0].id)
        return [made]


class Offers:
    """The plugin that offers them, and a metric whose units exporters are told."""

    @hookimpl
    def retroml_exporters(self):
        factories = {NoteConfig: "Note", FussyConfig: "Fussy", BuggyConfig: "Buggy", FolderConfig: "Foldered"}
        return [
            ExporterSpec(
                name=config.name,
                title=config.name,
                summary="For tests.",
                config=config,
                factory=f"{__name__}:{factory}",
                suffix=".txt",
                media_type="text/plain",
            )
            for config, factory in factories.items()
        ]

    @hookimpl
    def retroml_metrics(self):
        return [
            MetricSpec(
                name="note", title="Note", summary="For tests.", config=NoteConfig, factory="m:f", reports={"a/b": "apples"}
            )
        ]


@pytest.fixture
def app(tmp_path):
    """An app with these exporters and nothing else."""
    return tiny_app(tmp_path / "root", {"offers": Offers()})


@pytest.fixture
def runs(app, tmp_path):
    """A run with an even seed and one with an odd one."""
    return [tiny_run(tmp_path / "root", TinyRun(updates=2, seed=seed), app=app) for seed in (2, 3)]
