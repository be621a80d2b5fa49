"""Says on the standard error how far a long piece of work is, and how much time is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from retroml_core.terminal.pacing import Pace
from retroml_core.terminal.wording import duration

__all__ = ["Counter", "Lines", "counting"]

Counter = Callable[[str, int, int], None]
"""`progress(doing, done, total)`: `done` of `total` parts of what is called `doing` are done."""


@contextmanager
def counting() -> Iterator[Counter]:
    """A function that shows where the work stands, from its first call on: a bar, or lines in a pipe or a file."""
    with ExitStack() as stack:
        shown: Counter | None = None

        def progress(doing: str, done: int, total: int) -> None:
            nonlocal shown
            shown = shown or _display(stack)
            shown(doing, done, total)

        yield progress


def _display(stack: ExitStack) -> Counter:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        return Lines(lambda line: console.print(line, markup=False, soft_wrap=True))
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(compact=True))
    bar = stack.enter_context(Progress(*columns, console=console, transient=True))
    tasks = {}

    def progress(doing: str, done: int, total: int) -> None:
        if doing not in tasks:
            tasks[doing] = bar.add_task(doing, total=total)
        bar.update(tasks[doing], completed=done, total=total)

    return progress


class Lines:
    """Gives `write` a line now and then, at the pace of `Pace`: short work stays silent."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._now = clock()
        self._pace = Pace(lambda: self._now)
        self._begun: dict[str, tuple[float, int]] = {}

    def __call__(self, doing: str, done: int, total: int) -> None:
        """As `Counter`."""
        now = self._now = self._clock()
        began, before = self._begun.setdefault(doing, (now, done))
        if total > 0 and self._pace.due(f"{doing}: {done / total:.0%}"):
            left = f", about {duration((now - began) * (total - done) / (done - before))} left" if done > before else ""
            self._write(f"{doing}: {done / total:.0%}{left}")
