"""What can be done with runs beside training them: resumed, paused, stopped, started again, exported. Blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.services import ControlService, ExperimentService

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run

__all__ = ["RunCommands"]

ANSWER_SECONDS = 30.0


class RunCommands:
    """Commands on runs by id, for the background: they wait for answers. Each raises Fault or OSError in words."""

    def __init__(self, app: App, start: Callable[[Run], object] | None = None) -> None:
        self._app = app
        self._start = start or _start_worker
        self._experiments = ExperimentService(app)
        self._control = ControlService()

    def each(self, ids: Iterable[str], do: Callable[[str], object]) -> tuple[list[str], list[str]]:
        """Do it to each; those it was done to, and what went wrong with the others."""
        good, faults = [], []
        for run_id in ids:
            try:
                do(run_id)
            except (Fault, OSError, ValueError) as fault:
                faults.append(str(fault))
            else:
                good.append(run_id)
        return good, faults

    def pause(self, run_id: str) -> None:
        """Pause a run at work."""
        self._tell(run_id, "pause")

    def stop(self, run_id: str) -> None:
        """Stop a run at work; its state is saved first."""
        self._tell(run_id, "stop")

    def resume(self, run_id: str) -> None:
        """Wake a paused run, or start a new process for one that ended before its time."""
        run = self._experiments.find(run_id)
        state = run.status().state
        if state is RunState.PAUSED:
            self._tell(run_id, "resume")
        elif state.live:
            raise Fault(f"{run.id} is {state} already")
        elif state is RunState.COMPLETED:
            raise Fault(f"{run.id} has used its whole budget; to train longer, open it and choose Train on")
        else:
            self._refused(run)
            self._start(run)

    def duplicate(self, run_id: str) -> Run:
        """Start a new run with the settings of another, with a seed of its own; the new run."""
        from retroml_core.commands.rerun import repeated
        from retroml_core.runs.run import create_run

        run = self._experiments.find(run_id)
        made = create_run(self._app, repeated(self._app, run.tree, ["seed=null"]))
        self._start(made)
        return made

    def train_on(self, source: Run, checkpoint: Checkpoint, minutes: float) -> Run:
        """Train on from a checkpoint for so many minutes, as a new run; the new run."""
        from retroml_core.runs.continuing import continue_run, continued_config

        overrides = [f"budget.minutes={minutes:g}"]
        parent = str(source.tree.get("id") or source.id)
        config = continued_config(self._app, source.tree, parent, checkpoint, overrides)
        made = continue_run(self._app, config, checkpoint)
        self._start(made)
        return made

    def export(self, ids: Sequence[str], formats: Sequence[str], folder: Path) -> tuple[Path, list[str]]:
        """Write runs into files under `folder`; the folder, and what went wrong."""
        from retroml_core.exporting import ExportError
        from retroml_core.terminal.export_runs import export_runs

        runs = [self._experiments.find(run_id) for run_id in ids]
        try:
            results = export_runs(self._app, runs, list(formats), folder, advice="choose another folder")
        except ExportError as error:
            raise Fault(str(error)) from error
        return folder, [f"{result.run.id}, {result.format}: {result.error}" for result in results if result.error]

    def _tell(self, run_id: str, verb: str) -> None:
        answer = self._control.ask(self._experiments.find(run_id), verb, limit_seconds=ANSWER_SECONDS)
        if not answer.ok:
            raise Fault(answer.message)

    def _refused(self, run: Run) -> None:
        reason = self._app.plugins.refuse_run(self._app, run.config(self._app))
        if reason:
            raise Fault(reason)


def _start_worker(run: Run) -> object:
    from retroml_core.runs.launching import start_worker

    return start_worker(run)
