"""When checkpoints are due, and writing them while training goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from retroml_core.tree import copy_tree, tree_bytes

if TYPE_CHECKING:
    from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore
    from retroml_core.schema import CheckpointConfig
    from retroml_core.tree import Tree

__all__ = ["COPY_LIMIT_BYTES", "Schedule", "Snapshots"]

COPY_LIMIT_BYTES = 512 * 2**20
"""Larger states are written while training waits: a copy of them might not fit into memory."""


MOST_PENDING = 3
"""How many checkpoints may wait to be written; then training waits for the disk."""


class Schedule:
    """Says when a checkpoint is due. `start` is called at the beginning of each attempt."""

    def __init__(self, config: CheckpointConfig) -> None:
        self._config = config
        self._saved_at = 0.0
        self._saved_step = 0
        self._policies = -1

    def start(self, seconds: float, step: int, fraction: float) -> None:
        """Begin at this point of the training; a snapshot of step 0 is due, a later one is not."""
        self.saved(seconds, step)
        self._policies = -1 if step == 0 else self._slot(fraction)

    def saved(self, seconds: float, step: int) -> None:
        """A full checkpoint was made."""
        self._saved_at, self._saved_step = seconds, step

    def full_due(self, seconds: float, step: int) -> bool:
        """Whether the interval in time or in steps is over."""
        every = self._config.every_steps
        by_steps = every is not None and step // every > self._saved_step // every
        return by_steps or seconds - self._saved_at >= self._config.every_minutes * 60.0

    def policy_due(self, fraction: float) -> bool:
        """Whether the next of the evenly spread policy snapshots is due."""
        return self._slot(fraction) > self._policies

    def policy_saved(self, fraction: float) -> None:
        """A snapshot was made."""
        self._policies = self._slot(fraction)

    def _slot(self, fraction: float) -> int:
        return int(fraction * (self._config.keep_policies - 1))


class Snapshots:
    """Writes checkpoints in a thread of its own, in order. `saved(checkpoint)` is called there for each."""

    def __init__(self, store: CheckpointStore, config: CheckpointConfig, saved: Callable[[Checkpoint], None]) -> None:
        self.store = store
        self._config = config
        self._saved = saved
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoints")
        self._pending: list[Future[None]] = []

    @property
    def busy(self) -> bool:
        """Whether a checkpoint is still being written."""
        return any(not future.done() for future in self._pending)

    def save(
        self,
        step: int,
        state: Tree | None,
        policy: Tree,
        meta: dict[str, Any],
        why: str,
        *,
        best: bool = False,
        at_once: bool = False,
    ) -> None:
        """Write a checkpoint in the background; its arrays are copied first. With `at_once`, or when they are large, it is
        written before this returns, which takes no memory for a copy. Parts on disk already are neither copied nor written.

        Raises OSError when that fails at once; else `check` or `wait` does.
        """
        if len(self._pending) > MOST_PENDING:
            self.wait()
        trees: Tree = {"policy": policy} | ({} if state is None else {"state": state})
        on_disk = self.store.parts.sound
        live = at_once or tree_bytes(trees, on_disk) > COPY_LIMIT_BYTES
        if not live:
            trees = copy_tree(trees, on_disk)
        self._pending.append(self._writer.submit(self._write, step, trees, meta, why, best))
        if live:
            self.wait()

    def check(self) -> None:
        """Raise what a finished write met (OSError)."""
        done = [future for future in self._pending if future.done()]
        self._pending = [future for future in self._pending if not future.done()]
        for future in done:
            future.result()

    def wait(self) -> None:
        """Let everything be on disk. Raises what a write met."""
        for future in self._pending:
            future.exception()
        self.check()

    def close(self) -> None:
        """Let everything be on disk and end the thread. May be called twice."""
        self._writer.shutdown(wait=True)

    def _write(self, step: int, trees: Tree, meta: dict[str, Any], why: str, best: bool) -> None:
        checkpoint = self.store.save(step, trees.get("state"), trees["policy"], meta, why)
        if best:
            self.store.mark_best(checkpoint)
        self.store.thin(self._config.keep, self._config.keep_policies, written=checkpoint.name)
        if "state" in trees or not checkpoint.full:  # else a full one of this step stands, and was told
            self._saved(checkpoint)
