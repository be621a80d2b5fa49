"""The page of one run: everything known of it, its curves, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.runs.run import SCORE
from retroml_core.services import ExperimentService, MetricsService, ModelService
from retroml_dearpygui.desk import Kind, Question
from retroml_dearpygui.services.metric_names import metric_titles
from retroml_dearpygui.services.opening import show_in_folder
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.services.run_report import Difference, RunReport, differences, gather
from retroml_dearpygui.services.smoothing import smooth
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.debounce import Rhythm

if TYPE_CHECKING:
    from retroml_core.index import StoredCurve
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.services.problems import ProblemReader
    from retroml_dearpygui.services.smoothing import Smooth

__all__ = ["RunDetailViewModel"]

LIVE_SECONDS = 1.0
POINTS, SCORE_POINTS = 600, 4000


class RunDetailViewModel(ViewModel):
    """`report` is what is known of the run `run_id`, None until it is read; `problem` is why it cannot be, in words.

    `differences` to its preset are known a little later, None until then; `config_problem` is why they cannot be told.

    `curve` is the course of `curve_name`; of the score there is its mean with a band as well, in `score`.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.commands = RunCommands(desk.app)
        self.run_id = ""
        self.report: RunReport | None = None
        self.differences: tuple[Difference, ...] | None = None
        self.config_problem = ""
        self.curve: StoredCurve | None = None
        self.score: Smooth | None = None
        self.curve_name = SCORE
        self.problem = ""
        self._experiments = ExperimentService(desk.app)
        self._metrics = MetricsService(desk.app)
        self._readers: dict[str, ProblemReader] = {}
        self._rhythm = Rhythm(desk.clock, LIVE_SECONDS)

    @property
    def title(self) -> str:
        """What the run is called."""
        return run_title(self.desk.app, self.report.row) if self.report is not None else self.run_id

    @property
    def curves(self) -> dict[str, str]:
        """The names of the curves there are by their titles, the score first, which there will be."""
        known = self.report.curves if self.report is not None else ()
        return metric_titles(self.desk.app.registry, dict.fromkeys([SCORE, *known]))

    def open(self, run_id: str) -> None:
        """Show another run."""
        if run_id != self.run_id:
            self.run_id, self.report, self.curve, self.problem = run_id, None, None, ""
            self.differences, self.config_problem, self.curve_name, self.score = None, "", SCORE, None
            self._rhythm = Rhythm(self.desk.clock, LIVE_SECONDS)
            self.changed()
        self.refresh()

    def close(self) -> None:
        """Show no run."""
        self.run_id, self.report, self.curve = "", None, None
        self.changed()

    def tick(self) -> None:
        """Once a frame while the run is shown: read anew what is new of a run at work."""
        live = self.report is None or self.report.status.state.live
        if self.run_id and live and not self.problem and self._rhythm.due():
            self.refresh()

    def refresh(self) -> None:
        """Read the run anew."""
        run_id, name = self.run_id, self.curve_name
        self._rhythm.begin()
        self.desk.background(
            lambda: self._read(run_id, name),
            lambda found: self._show(run_id, found),
            lambda error: self._broken(run_id, error),
        )

    def show_curve(self, name: str) -> None:
        """Show another curve."""
        self.curve_name = name
        self.refresh()

    # --- what people write on it ----------------------------------------------------------------------------------------

    def rename(self, name: str) -> None:
        """Give the run another name."""
        self._do(lambda: self._experiments.rename(self.run_id, name.strip()))

    def set_tags(self, words: str) -> None:
        """Make `words`, separated by commas, the tags of the run."""
        wanted = [word.strip() for word in words.split(",") if word.strip()]
        gone = [tag for tag in self.report.labels.tags if tag not in wanted] if self.report else []
        self._do(lambda: self._experiments.tag(self.run_id, add=wanted, remove=gone))

    def set_notes(self, notes: str) -> None:
        """Write the notes of the run anew."""
        self._do(lambda: self._experiments.note(self.run_id, notes))

    # --- actions --------------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Pause it."""
        self._do(lambda: self.commands.pause(self.run_id), "Paused")

    def resume(self) -> None:
        """Go on with it."""
        self._do(lambda: self.commands.resume(self.run_id), "Resumed")

    def stop(self) -> None:
        """Stop it, after asking."""
        text = "What was learned is saved, films are made of it, and it can be resumed later."
        stop = partial(self._do, lambda: self.commands.stop(self.run_id), "Stopping")
        self.desk.ask(Question(f"Stop {self.title}?", text, "Stop", stop))

    def duplicate(self) -> None:
        """Start a new run with these settings."""
        self._do(lambda: self.commands.duplicate(self.run_id), "Started again with another seed")

    def train_on(self, checkpoint: str, minutes: float) -> None:
        """Train on from a checkpoint, by name, as a new run, and show it."""
        report = self.report
        found = next((kept for kept in report.checkpoints if kept.name == checkpoint), None) if report else None
        if report is not None and found is not None:
            work = partial(self.commands.train_on, report.run, found, minutes)
            self.desk.background(work, lambda run: self.desk.go("experiments", run=run.id))

    def save_model(self, checkpoint: str, name: str = "") -> None:
        """Keep a checkpoint, by name, as a model."""
        report = self.report
        if report is not None:
            work = partial(ModelService(self.desk.app).save, report.run, checkpoint, name)
            self.desk.background(
                work, lambda model: self.desk.toast("Model saved", f"{model.name}: see the page Models", Kind.OK)
            )

    def export(self, formats: list[str], folder: Path) -> None:
        """Write the run into files under `folder`."""
        run_id = self.run_id

        def done(outcome: tuple[Path, list[str]]) -> None:
            target, faults = outcome
            title, text, kind = ("Exported", str(target), Kind.OK) if not faults else ("Export", faults[0], Kind.DANGER)
            self.desk.toast(title, text, kind)

        self.desk.background(lambda: self.commands.export([run_id], formats, folder), done)

    def delete(self) -> None:
        """Move it to the trash, after asking, and go back to the table; it can be undone."""
        run_id, title = self.run_id, self.title

        def done(_: str) -> None:
            restore = partial(self._experiments.restore, run_id)
            undo = partial(self.desk.background, restore, lambda _: self.open(run_id))
            self.desk.toast("Run deleted", title, Kind.OK, undo)
            self.close()
            self.desk.go("experiments")

        text = "Checkpoints, play and films go with it to the trash, from where it can be taken back."
        delete = partial(self.desk.background, partial(self._experiments.delete, run_id), done)
        self.desk.ask(Question(f"Delete {title}?", text, "Delete", delete))

    def show_folder(self) -> None:
        """Show the run's folder in the file manager."""
        if self.report is not None:
            folder = self.report.run.folder
            self.desk.background(lambda: show_in_folder(folder))

    def copy_id(self) -> None:
        """Put its id on the clipboard."""
        self.desk.copy(self.run_id)

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _read(self, run_id: str, name: str) -> tuple[RunReport, StoredCurve, Smooth | None]:
        report = gather(self.desk.app, run_id, self._readers)
        curve = self._metrics.curve(report.row.id, name, max_points=SCORE_POINTS if name == SCORE else POINTS)
        return report, curve, smooth(curve) if name == SCORE and curve.points else None

    def _show(self, run_id: str, found: tuple[RunReport, StoredCurve, Smooth | None]) -> None:
        self._rhythm.end()
        report, curve, score = found
        if run_id != self.run_id:
            return
        self.run_id, self.report, self.curve, self.problem = report.row.id, report, curve, ""
        self.score = score
        self.changed()
        if self.differences is None:
            self.desk.background(lambda: differences(self.desk.app, report.run), lambda told: self._told(report.row.id, told))

    def _told(self, run_id: str, told: tuple[tuple[Difference, ...], str]) -> None:
        if run_id == self.run_id:
            self.differences, self.config_problem = told
            self.changed()

    def _broken(self, run_id: str, error: Exception) -> None:
        self._rhythm.end()
        if run_id == self.run_id:
            self.problem = str(error)
            self.changed()

    def _do(self, work: Callable[[], object], said: str = "") -> None:
        def done(_: object) -> None:
            if said:
                self.desk.toast(said, self.title, Kind.OK)
            self.refresh()

        self.desk.background(work, done)
