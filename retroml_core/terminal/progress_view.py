"""The progress of a run as people see it: a live panel on a terminal, single lines elsewhere, and a last word at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retroml_core.events import RunState
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.terminal.wording import count, duration, percent, score, state_words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from retroml_core.runs.run import Run
    from retroml_core.runs.state import RunStatus

__all__ = ["Snapshot", "ending", "line", "log_tail", "panel"]

LOG_LINES = 12
LOG_BYTES = 16_384


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One look at a run. `film` is the last news of a film in the making: its data as `FilmProgress`, or None.

    `stopping` says that it was asked to stop from here.
    """

    id: str
    title: str
    status: RunStatus
    film: dict[str, Any] | None = None
    stopping: bool = False

    @property
    def doing(self) -> str:
        """What goes on, in words."""
        if self.film is not None:
            return f"making film {self.film['renderer']}: {self.film['doing']}"
        if self.status.state.live and self.status.activity:
            return self.status.activity
        return state_words(RunState.STOPPING if self._stops else self.status.state)

    @property
    def hint(self) -> str:
        """What can be done now."""
        return "(Ctrl+C again: leave it to itself)" if self._stops else ""

    @property
    def _stops(self) -> bool:
        return self.stopping and not self.status.state.ended

    @property
    def fraction(self) -> float:
        """How far the bar is: of the training, then of each film."""
        return float(self.film["fraction"] if self.film is not None else self.status.fraction)

    @property
    def seconds_left(self) -> float | None:
        """Until the end of what the bar shows; None: unknown."""
        left = self.film.get("seconds_left") if self.film is not None else self.status.seconds_left
        return None if left is None else float(left)


def panel(now: Snapshot) -> RenderableType:
    """What a terminal shows, five lines."""
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    status = now.status
    head = Text.assemble((now.title, "bold"), f"  {now.id}")
    doing = Text.assemble((now.doing, "cyan"), f"  {now.hint}")
    bar = Table.grid(padding=(0, 1))
    bar.add_row(
        ProgressBar(total=1.0, completed=now.fraction, width=40),
        Text(percent(now.fraction), "bold"),
        Text(f"{duration(now.seconds_left)} left" if now.seconds_left is not None else ""),
    )
    figures = Text(
        f"{count(status.step)} steps  {count(status.steps_per_second)} steps/s  "
        f"{count(status.episodes)} episodes  {duration(status.seconds)} trained"
    )
    scores = Text.assemble(
        "score ", (score(status.mean_score), "bold green"), " mean of the last 100 episodes  ",
        (score(status.best_score), "bold"), " best  ", (score(status.last_score), "bold"), " last",
    )  # fmt: skip
    return Group(head, doing, bar, figures, scores)


def line(now: Snapshot) -> str:
    """The same in one line, for files and pipes."""
    status = now.status
    left = f", {duration(now.seconds_left)} left" if now.seconds_left is not None else ""
    return (
        f"{now.doing}: {percent(now.fraction)}, {count(status.step)} steps, {count(status.steps_per_second)} steps/s, "
        f"{count(status.episodes)} episodes, mean score {score(status.mean_score)}, best {score(status.best_score)}{left}"
    )


def ending(run: Run, title: str, status: RunStatus) -> list[str]:
    """How it ended: figures, reason, films, and what can be done next."""
    words = {RunState.COMPLETED: "Completed", RunState.STOPPED: "Stopped", RunState.FAILED: "FAILED"}
    head = f"{words.get(status.state, 'INTERRUPTED')}: {title}, {count(status.step)} steps in {duration(status.seconds)}"
    reason = f": {status.reason}" if status.reason else "."
    scores = f"Mean score of the last 100 episodes {score(status.mean_score)}, best {score(status.best_score)}"
    lines = [head + reason, f"{scores}, {count(status.episodes)} episodes."]
    if status.state in (RunState.FAILED, RunState.INTERRUPTED):
        lines += _after_failure(run, status)
    films = [f"  {film.path}" for film in run.films()]
    return [*lines, *(["Films:"] if films else []), *films, "Next:", *_next_steps(run, status)]


def log_tail(run: Run) -> list[str]:
    """The last lines the process of the run wrote, as far as there are any."""
    try:
        with run.log_file.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    return [f"  | {entry}" for entry in text.strip().splitlines()[-LOG_LINES:]]


def _after_failure(run: Run, status: RunStatus) -> list[str]:
    """What is left, what to do, and where the cause is not known, the end of the log."""
    good = CheckpointStore(run.checkpoints_folder).latest_full()
    kept = f"Last good checkpoint: {good.name} (step {count(good.step)})." if good else "There is no checkpoint yet."
    errors = [event for event in run.events({"problem"}) if event.data["severity"] == "error"]
    cause = errors[-1].data if errors and errors[-1].attempt == status.attempt else None
    advice = [f"What to do: {cause['hint']}."] if cause and cause["hint"] else []
    written = log_tail(run) if cause is None or cause["details"] else []
    return [kept, *advice, *([f"The end of {run.log_file}:"] if written else []), *written]


def _next_steps(run: Run, status: RunStatus) -> list[str]:
    steps = [("show", "scores, settings, files")]
    if status.state is not RunState.COMPLETED:
        kept = CheckpointStore(run.checkpoints_folder).latest_full() is not None
        steps.append(("resume", "go on from the last checkpoint" if kept else "begin again, there is no checkpoint yet"))
    if status.state in (RunState.COMPLETED, RunState.STOPPED) and status.step and any(run.tape_folder.glob("*")):
        steps.append(("film", "make another film"))
    steps.append(("rerun", "train again with the same settings, or others"))
    return [f"  retroml {command} {run.id}   {meaning}" for command, meaning in steps]
