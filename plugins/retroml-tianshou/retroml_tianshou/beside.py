"""Work for a second thread, done beside what the calling one does: the target network's pass beside that of the network.

Two passes on one thread each use two cores better than one after the other on both (benchmarks/train_speed.py --algorithm dqn):
nothing waits for the slower half of each layer. Neither knows of the other, so the numbers are those of one after the other
with as many threads each.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

__all__ = ["Beside"]

T = TypeVar("T")


class Beside:
    """Shares `threads` threads of torch between the caller and one helper; with one thread all is done in turn."""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="beside") if threads > 1 else None

    def begin(self, work: Callable[[], T]) -> Callable[[], T]:
        """Start `work`, and return what waits for its result; until then the caller has half of the threads.

        Call the result exactly once; it raises what `work` raised. Modes of torch such as `no_grad` belong to a thread: `work`
        sets its own.
        """
        if self._pool is None:
            result = work()
            return lambda: result
        helpers = self._threads // 2
        future = self._pool.submit(self._on, helpers, work)
        torch.set_num_threads(self._threads - helpers)

        def wait() -> T:
            try:
                return future.result()
            finally:
                torch.set_num_threads(self._threads)

        return wait

    @staticmethod
    def _on(threads: int, work: Callable[[], T]) -> T:
        # In torch the number of threads belongs to the thread that asks.
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        return work()

    def close(self) -> None:
        """End the helper. May be called twice."""
        if self._pool is not None:
            self._pool.shutdown()
