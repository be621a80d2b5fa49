"""Following a run to its end in a terminal, or line by line where the output is piped.

It only reads the run's files, a few times a second, so it can begin, end or be killed at any time without harm to the
training. Ctrl+C asks the run to stop and waits for its checkpoint; a second Ctrl+C leaves it to go on by itself.
"""

from __future__ import annotations

import dataclasses
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from retroml_core.events import Event, RunState
from retroml_core.faults import Fault
from retroml_core.runs.control import send
from retroml_core.runs.tailing import EventTail
from retroml_core.terminal.pacing import Pace
from retroml_core.terminal.progress_view import Snapshot, ending, line, log_tail, panel

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from retroml_core.runs.run import Run
    from retroml_core.runs.state import RunStatus

__all__ = ["Follower", "follow", "process_exists", "title_of"]

POLL_SECONDS = 0.25
GRACE_SECONDS = 5.0
"""How long a process may take to appear before it is taken for dead."""

EXIT_OK, EXIT_FAILED, EXIT_AGAIN, EXIT_LEFT = 0, 1, 75, 130


def follow(run: Run, console: Console | None = None, *, attempt: int = 0) -> int:
    """Show `run` until it ends; the exit code: 0 completed or stopped as asked, 1 failed or interrupted, 75 stopped by
    SIGTERM, 130 left to itself by a second Ctrl+C.

    Endings of attempts before `attempt` do not count, so a resumed run can be followed before its process has begun.
    """
    from rich.console import Console

    follower = Follower(run, console or Console(), attempt=attempt)
    with _signals(follower), follower.display():
        while (code := follower.look()) is None:
            time.sleep(POLL_SECONDS)
    follower.finish(code)
    return code


class Follower:
    """Looks at a run again and again. Used from one thread; `interrupt` and `terminate` also from signal handlers."""

    def __init__(
        self,
        run: Run,
        console: Console,
        *,
        attempt: int = 0,
        clock: Callable[[], float] = time.monotonic,
        at_work: Callable[[Run], bool] | None = None,
    ) -> None:
        self._run, self._console, self._attempt, self._clock = run, console, attempt, clock
        self._at_work = at_work or process_exists
        self._title = title_of(run)
        self._tail = EventTail(run.events_folder)
        if attempt:
            self._tail.skip()
        self._film: dict[str, Any] | None = None
        self._live: Live | None = None
        self._pace, self._shown = Pace(clock), ""
        self._started = clock()
        self._interrupts = 0
        self._terminated = False
        self._sent = self._gone = self._deleted = False
        self._status: RunStatus = run.status()

    def interrupt(self) -> None:
        """Ctrl+C: the first stops the run, the second leaves it."""
        self._interrupts += 1

    def terminate(self) -> None:
        """SIGTERM: stop the run, and do not wait for its films."""
        self._terminated = True

    @contextmanager
    def display(self) -> Iterator[None]:
        """The live panel, where the console is a terminal."""
        if not self._console.is_terminal:
            self._console.print(f"{self._title}  {self._run.id}", markup=False, highlight=False, soft_wrap=True)
            yield
            return
        from rich.live import Live

        with Live(console=self._console, auto_refresh=False) as self._live:
            yield
        self._live = None

    def look(self) -> int | None:
        """Look once and show what there is; the exit code when there is nothing more to wait for."""
        if not self._run.folder.is_dir():
            return self._look_for_folder()
        self._gone = False
        if (self._interrupts or self._terminated) and not self._sent:
            send(self._run, "stop")
            self._sent = True
        status = self._run.status()
        waits = status.attempt < self._attempt
        self._status = dataclasses.replace(status, state=RunState.CREATED, activity="", reason="") if waits else status
        for event in self._tail.read():
            self._take(event)
        self._show()
        return self._code()

    def _look_for_folder(self) -> int | None:
        """As the process of the run does: what is gone with its disk is waited for, what was deleted is not."""
        folder = self._run.folder
        if folder.parent.is_dir() and not folder.is_dir():
            self._deleted = True
            return EXIT_FAILED
        if not self._gone:
            self._gone = True
            self._say(f"{folder} is gone: put it back, and the run goes on from its last checkpoint. Ctrl+C leaves it.")
        return EXIT_LEFT if self._interrupts or self._terminated else None

    def finish(self, code: int) -> None:
        """Say the last word and take what is new into the index."""
        if code == EXIT_LEFT:
            self._say(f"{self._run.id} goes on by itself in the background.")
            self._say(
                f"  retroml show {self._run.id}   how it stands\n  retroml stop {self._run.id}   stop it, with a checkpoint"
            )
            return
        if self._deleted:
            self._say(f"{self._run.folder} was deleted or moved away, and with that its training ends.")
            return
        if self._never_began():
            self._say(f"The process of {self._run.id} ended before it began to train. What it wrote:")
            self._say("\n".join(log_tail(self._run) or ["  nothing"]))
            self._say(f"Check the set-up with `retroml doctor`, then: retroml resume {self._run.id}")
            return
        self._say("\n".join(ending(self._run, self._title, self._status)))
        self._drain()

    def _take(self, event: Event) -> None:
        if event.type == "film_progress":
            self._film = dict(event.data)
        elif event.type in ("film_saved", "run_state"):
            self._film = None
        elif event.type == "problem":
            self._film = None
            data = event.data
            metric = f" [{data['metric']}]" if data.get("metric") else ""
            hint = f" ({data['hint']})" if data.get("hint") else ""
            self._say(f"{data.get('severity', 'warning')} at step {event.step:,}{metric}: {data['message']}{hint}")

    def _show(self) -> None:
        now = Snapshot(id=self._run.id, title=self._title, status=self._status, film=self._film, stopping=self._sent)
        if self._live is not None:
            self._live.update(panel(now), refresh=True)
            return
        key = f"{self._status.state} {self._film['renderer'] if self._film else ''} {self._sent}"
        if self._pace.due(line(now), at_once=key != self._shown):
            self._shown = key
            self._say(line(now))

    def _code(self) -> int | None:
        if self._status.state.ended:
            return self._ended(self._status.state)
        if self._interrupts > 1:
            return EXIT_LEFT
        if self._terminated and self._status.activity.startswith("film"):
            return EXIT_AGAIN
        return EXIT_FAILED if self._never_began() else None

    def _ended(self, state: RunState) -> int:
        if state in (RunState.FAILED, RunState.INTERRUPTED):
            return EXIT_FAILED
        return EXIT_AGAIN if self._terminated else EXIT_OK

    def _never_began(self) -> bool:
        waited = self._status.state is RunState.CREATED and self._clock() - self._started > GRACE_SECONDS
        return waited and not self._at_work(self._run)

    def _drain(self) -> None:
        """The last look at the events belongs into the index; a fault there is no fault of the run."""
        from retroml_core.runs.roots import DataRoot

        experiments = self._run.folder.parent
        if experiments.name != "experiments":
            return
        try:
            from retroml_core.index import Index

            index = Index.open(DataRoot(experiments.parent))
            try:
                index.ingest(self._run)
            finally:
                index.close()
        except (Fault, OSError, ValueError, KeyError) as error:
            self._say(f"What is new of the run is not in the index yet: {error}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def title_of(run: Run) -> str:
    """The name of the run, or "Kung Fu Master with ppo"."""
    tree = run.tree
    algorithm = (tree.get("algorithm") or {}).get("name", "?")
    return str(tree.get("name") or f"{str(tree.get('game')).replace('_', ' ').title()} with {algorithm}")


def process_exists(run: Run) -> bool:
    """Whether a process on this machine was started for the folder of `run`."""
    import psutil

    return any(str(run.folder) in (process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))


@contextmanager
def _signals(follower: Follower) -> Iterator[None]:
    """Ctrl+C and SIGTERM reach the follower meanwhile. Outside the main thread they are left as they are."""

    def take(number: int, _: FrameType | None) -> None:
        follower.interrupt() if number == signal.SIGINT else follower.terminate()

    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, take)
    except ValueError:
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
