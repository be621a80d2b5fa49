"""The contract of exporters as tests: subclass `ExporterContract`."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest

from retroml_core.exporting import Exporter, ExportError, LiveExporter, make_exporter
from retroml_core.plugins.spec_checks import resolve
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_declared, require_spec
from retroml_core.testing.runs import TinyRun, tell_tiny_run, tiny_config, tiny_run
from retroml_core.training.bus import MetricEventBus

if TYPE_CHECKING:
    from retroml_core import ExporterSpec
    from retroml_core.events import Event
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
        exporter: Exporter = resolve(self.spec.factory)(self.spec.config(**self.settings))
        return exporter

    def says(self, path: Path, word: str) -> bool:
        """Whether the exported file holds `word`."""
        return word.encode() in path.read_bytes()

    @pytest.fixture
    def run(self, tmp_path: Path) -> Run:
        """A finished run with seed `SEED`, and a name with quotes, a comma and letters beyond ASCII."""
        config = dataclasses.replace(tiny_config(SEED), name='№1, "größer"')
        return tiny_run(tmp_path / "root", TinyRun(updates=6, seed=SEED), config=config)

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
        paths = isinstance(made, list) and made and all(isinstance(path, Path) for path in made)
        require(paths, f"`export` must return the list of the Paths it made, not {made!r}")
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
            there = any(self.says(file, each.id) for file in made)
            require(there, f"{each.id} is in none of the files: export every run, and put its id into the name")

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
        except Exception as error:
            raise AssertionError(f"a run without a game ended in {error!r}: raise ExportError, which names the run") from error
        else:
            require(made, "raise ExportError when there is nothing to export")

    def test_the_app_can_make_it(self, tmp_path: Path) -> None:
        """The core makes it by name, with its default settings."""
        app = tiny_app(tmp_path)
        app.registry.exporters[self.spec.name] = self.spec
        made = make_exporter(app, self.spec.name)
        require(isinstance(made, Exporter), "the factory must return a retroml_core.exporting.Exporter")

    def test_a_live_one_follows_a_run(self, tmp_path: Path) -> None:
        """`follow` takes in a whole run and closes twice, and a second attempt; exporters that are not live return None."""
        from retroml_core.runs.run import create_run

        run = create_run(tiny_app(tmp_path), tiny_config(SEED))
        before = _digests(run.folder)
        if not self.spec.live:
            require(self.make().follow(run, MetricEventBus()) is None, "`follow` returned something: set live=True in the spec")
            return
        self._follow(run, TinyRun(updates=3))
        written = [Path(path) for path in _digests(run.folder).keys() - before.keys()]
        require(written, "`follow` wrote nothing into the run's folder")
        sizes = {path: path.stat().st_size for path in written}
        self._follow(run, TinyRun(updates=1))
        kept = all(path.exists() and path.stat().st_size > size / 2 for path, size in sizes.items())
        require(kept, "the second attempt of a run overwrote what was written in the first: append, or begin another file")

    def _follow(self, run: Run, content: TinyRun) -> None:
        heard = _Heard()
        bus = MetricEventBus(heard)
        following = self.make().follow(run, bus)
        require(isinstance(following, LiveExporter), "the spec says live=True: `follow` must return a LiveExporter")
        tell_tiny_run(run, bus, content)
        bus.close()
        for _ in range(2):
            cast("LiveExporter", following).close()
        require(not heard.problems, f"{'; '.join(heard.problems)}: what `follow` subscribes must take every event of its type")


class _Heard:
    """Keeps what a bus had to complain about."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def write(self, event: Event) -> None:
        """Hear of an event."""
        if event.type == "problem":
            self.problems.append(event.data["message"])


def _files(path: Path) -> list[Path]:
    return [file for file in sorted(path.rglob("*")) if file.is_file()] if path.is_dir() else [path]


def _digests(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(folder)}
