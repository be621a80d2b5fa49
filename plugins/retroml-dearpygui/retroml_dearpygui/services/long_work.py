"""Work of minutes, such as films and evaluations: each in a thread of its own, so that it never keeps short work waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Spawn", "run_long", "spawn_thread"]

T = TypeVar("T")
Spawn = Callable[[Callable[[], None]], None]
Post = Callable[[Callable[[], None]], None]


def spawn_thread(do: Callable[[], None]) -> None:
    """Call `do` in a new thread, which does not keep the app from ending."""
    threading.Thread(target=do, name="long work", daemon=True).start()


def run_long(
    post: Post, spawn: Spawn, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
) -> None:
    """Call `work` by means of `spawn`, then post `done` with its result, or `failed` with what it raised."""

    def job() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  # handed on, whatever it is
            fault = error
            post(lambda: failed(fault))
        else:
            post(lambda: done(result))

    spawn(job)
