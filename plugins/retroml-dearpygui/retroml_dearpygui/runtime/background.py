"""Work beside the window: a few threads, and a queue by which results reach the main thread."""

from __future__ import annotations

import functools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["Background"]

T = TypeVar("T")
THREADS = 4
logger = logging.getLogger(__name__)


class Background:
    """Runs work in threads and hands results to whoever calls `drain`. Nothing here depends on frames being drawn."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake = threading.Event()
        self._ends: list[threading.Event] = []
        self._jobs: set[Future[None]] = set()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="desktop")

    def post(self, do: Callable[[], None]) -> None:
        """Have `do` called by the next `drain`. From any thread."""
        self._posted.put(do)
        self._wake.set()

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Call `work` in a thread; `drain` then calls `done` or `failed`."""

        def job() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001  # handed on, whatever it is
                fault = error
                self.post(lambda: failed(fault))
            else:
                self.post(lambda: done(result))

        self._jobs = {known for known in self._jobs if not known.done()} | {self._pool.submit(job)}

    @property
    def busy(self) -> bool:
        """Whether something given to `run` goes on, or a result waits for `drain`."""
        return any(not job.done() for job in self._jobs) or not self._posted.empty()

    def every(self, seconds: float, work: Callable[[], T], done: Callable[[T], None]) -> Callable[[], None]:
        """Call `work` again and again in a thread of its own, resting so long between, and `done` by `drain` each time.

        Returns a function that ends it. What `work` raises is passed over: the next time may be better.
        """
        end = threading.Event()
        self._ends.append(end)

        def beat() -> None:
            while not end.is_set():
                try:
                    result = work()
                except Exception:  # see above
                    logger.exception("repeated work failed")
                else:
                    self.post(functools.partial(done, result))
                end.wait(seconds)

        threading.Thread(target=beat, name="desktop-beat", daemon=True).start()
        return end.set

    def end_repeated(self) -> None:
        """End all repeated work."""
        for end in self._ends:
            end.set()
        self._ends.clear()

    def drain(self) -> list[Callable[[], None]]:
        """What was posted since the last call, in order."""
        self._wake.clear()
        found = []
        while True:
            try:
                found.append(self._posted.get_nowait())
            except queue.Empty:
                return found

    def wait(self, seconds: float) -> None:
        """Sleep until something is posted, at most `seconds`."""
        self._wake.wait(seconds)

    def close(self) -> None:
        """Take no more work; what runs is left to end by itself."""
        self.end_repeated()
        self._pool.shutdown(wait=False, cancel_futures=True)
