"""Says on the standard error how far a long piece of work is, and how much time is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from retroml_core.terminal.wording import duration

__all__ = ["Lines", "counting"]

EVERY_SECONDS = 10.0


@contextmanager
def counting() -> Iterator[Callable[[str, int, int], None]]:
    """A function `progress(doing, done, total)` that shows where the work stands: a bar, or lines in a pipe or a file."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield Lines(lambda line: console.print(line, markup=False, soft_wrap=True))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {}

        def progress(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bar.add_task(doing, total=total)
            bar.update(tasks[doing], completed=done, total=total)

        yield progress


class Lines:
    """Gives `write` a line now and then, at most one every ten seconds of `clock`: short work stays silent."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._said = clock()
        self._begun: dict[str, tuple[float, int]] = {}

    def __call__(self, doing: str, done: int, total: int) -> None:
        """`done` of `total` parts of what is called `doing` are done."""
        now = self._clock()
        began, before = self._begun.setdefault(doing, (now, done))
        if now - self._said < EVERY_SECONDS or total <= 0:
            return
        self._said = now
        left = f", about {duration((now - began) * (total - done) / (done - before))} left" if done > before else ""
        self._write(f"{doing}: {done / total:.0%}{left}")
