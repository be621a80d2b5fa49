"""The contract of exporters as tests: subclass `ExporterContract`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from retroml_core.exporting import Exporter, ExportError, LiveExporter, make_exporter
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_declared, require_spec
from retroml_core.testing.runs import TinyRun, tell_tiny_run, tiny_config, tiny_run

if TYPE_CHECKING:
    from retroml_core import ExporterSpec
    from retroml_core.runs.run import Run

__all__ = ["ExporterContract"]

SEED = 904417


class ExporterContract:
    """What every exporter owes. Set `spec`; `settings` are values for fields of its config.

    `says` is overridden when what a file holds cannot be found in its bytes.
    """

    spec: ClassVar[ExporterSpec]
    settings: ClassVar[Mapping[str, Any]] = {}

    def make(self) -> Exporter:
        """A fresh exporter with `settings`."""
        from retroml_core.plugins.registry import resolve

        exporter: Exporter = resolve(self.spec.factory)(self.spec.config(**self.settings))
        return exporter

    def says(self, path: Path, word: str) -> bool:
        """Whether the exported file holds `word`."""
        return word.encode() in path.read_bytes()

    @pytest.fixture
    def run(self, tmp_path: Path) -> Run:
        """A finished run with seed `SEED`."""
        return tiny_run(tmp_path / "root", TinyRun(updates=6, seed=SEED))

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Where to export to; its name has a space and a letter beyond ASCII."""
        folder = tmp_path / "results é"
        folder.mkdir()
        return folder

    def test_the_spec_says_what_it_offers(self) -> None:
        """Name, title, summary, factory, file ending and media type."""
        require_spec(self.spec)
        ending = self.spec.suffix
        require(
            ending == "" or ending.startswith("."), f"the suffix {ending!r} must begin with a dot, or be empty for a folder"
        )
        require("/" in self.spec.media_type, f"the media type {self.spec.media_type!r} must look like 'text/csv'")

    def test_the_config_is_declared_once(self) -> None:
        """The config is a dataclass made by `param`, with a field `name`."""
        require_declared(self.spec.config, self.spec.name)

    def test_it_makes_what_it_says(self, run: Run, folder: Path) -> None:
        """The paths returned exist under the folder, are not empty, and nothing else is left there."""
        made = self.make().export([run], folder)
        require(made, "`export` must return the paths of the files it made")
        for path in made:
            require(path.exists(), f"`export` returned {path.name}, which does not exist")
            require(path.parent == folder, f"{path} lies outside the folder that was asked for")
            require(all(file.stat().st_size for file in _files(path)), f"{path.name} is empty")
        left = sorted(path.name for path in folder.iterdir() if path not in made)
        require(not left, f"{left} were left behind: return every file made and remove temporary ones")

    def test_names_have_the_right_ending(self, run: Run, folder: Path) -> None:
        """One file at least ends as the spec says, or is a folder where it says so."""
        made = self.make().export([run], folder)
        fits = any(path.is_dir() if self.spec.suffix == "" else path.suffix == self.spec.suffix for path in made)
        require(fits, f"none of {[path.name for path in made]} ends with the spec's suffix {self.spec.suffix!r}")

    def test_run_and_seed_can_be_found_in_it(self, run: Run, folder: Path) -> None:
        """Whoever finds the file later knows which run it is of."""
        files = [file for path in self.make().export([run], folder) for file in _files(path)]
        for word in (run.id, str(SEED)):
            require(any(self.says(file, word) for file in files), f"{word!r} is in none of the files: write run id and seed")

    def test_the_run_is_not_touched(self, run: Run, folder: Path) -> None:
        """Exporting only reads."""
        before = _digests(run.folder)
        self.make().export([run], folder)
        require(_digests(run.folder) == before, "`export` changed files of the run: write to the folder given only")

    def test_several_runs_do_not_overwrite_each_other(self, run: Run, folder: Path, tmp_path: Path) -> None:
        """Two runs of the same settings both can be found in what was made."""
        other = tiny_run(tmp_path / "root", TinyRun(updates=6, seed=SEED))
        made = [file for path in self.make().export([run, other], folder) for file in _files(path)]
        for each in (run, other):
            require(any(self.says(file, each.id) for file in made), "one run overwrote the other: put the run id into the name")

    def test_exporting_again_replaces(self, run: Run, folder: Path) -> None:
        """The second export of a run has the same names as the first."""
        first = self.make().export([run], folder)
        second = self.make().export([run], folder)
        require(sorted(first) == sorted(second), "a second export made other names: let the names depend on the run alone")

    def test_a_run_without_numbers_is_refused_or_exported_whole(self, folder: Path, tmp_path: Path) -> None:
        """Before the first game ended there may be nothing to export: ExportError says so, and nothing is left behind."""
        from retroml_core.runs.run import create_run

        run = create_run(tiny_app(tmp_path / "root"), tiny_config(SEED))
        try:
            made = self.make().export([run], folder)
        except ExportError as error:
            require(run.id in str(error), "the message of ExportError must name the run")
            require(not list(folder.iterdir()), "a refused export left files behind")
        else:
            require(made, "raise ExportError when there is nothing to export")

    def test_the_app_can_make_it(self, tmp_path: Path) -> None:
        """The core makes it by name, with its default settings."""
        spec = self.spec

        class Plugin:
            from retroml_core import hookimpl

            @hookimpl
            def retroml_exporters(self) -> list[ExporterSpec]:
                return [spec]

        made = make_exporter(tiny_app(tmp_path, {"mine": Plugin()}), spec.name)
        require(isinstance(made, Exporter), "the factory must return a retroml_core.exporting.Exporter")

    def test_a_live_one_follows_a_run(self, tmp_path: Path) -> None:
        """`follow` takes in a whole run and closes twice; exporters that are not live return None."""
        from retroml_core.runs.run import create_run
        from retroml_core.training.bus import MetricEventBus

        run, bus = create_run(tiny_app(tmp_path), tiny_config(SEED)), MetricEventBus()
        before = _digests(run.folder)
        following = self.make().follow(run, bus)
        if not self.spec.live:
            require(following is None, "`follow` returned something: set live=True in the spec")
            return
        require(isinstance(following, LiveExporter), "the spec says live=True: `follow` must return a LiveExporter")
        assert following is not None  # noqa: S101  # said by the line above
        tell_tiny_run(run, bus, TinyRun(updates=3))
        bus.close()
        following.close()
        following.close()
        written = _digests(run.folder).keys() - before.keys()
        require(written, "`follow` wrote nothing into the run's folder")


def _files(path: Path) -> list[Path]:
    return [file for file in sorted(path.rglob("*")) if file.is_file()] if path.is_dir() else [path]


def _digests(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(folder)}
