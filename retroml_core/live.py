"""The live view: what the agents of a training see and do right now, for whoever looks. Needs NumPy and nothing else.

While somebody watches, the process of a run writes `live/frames.bin` in the run folder, at most thirty times a second; while
nobody does, it writes nothing. docs/live-view.md describes the file.

    view = LiveView(run)
    with view.watch():
        frames = view.read()

Shapes: B environments shown, A actions, H height, W width.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from retroml_core.files import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from retroml_core.runs.run import Run

__all__ = ["HOLDS_PROBABILITIES", "HOLDS_SCORES", "HOLDS_VALUES", "Layout", "LiveFrames", "LiveView", "live_file"]

MAGIC: Final = b"RMLLIVE1"
FRONT: Final = struct.Struct("<8sQI")
"""Magic, the sequence number written last (0: none yet), bytes of the JSON that follows."""
LATEST_AT: Final = 8
PAGE: Final = 4096
MOST_SHOWN: Final = 64
"""How many environments are shown at most: the first ones."""

HOLDS_PROBABILITIES, HOLDS_VALUES, HOLDS_SCORES = 1, 2, 4

RENEW_SECONDS: Final = 2.0
HOLD_SECONDS: Final = 6.0
"""How long the wish to watch holds: a viewer that crashed is forgotten so soon."""
_TRIES: Final = 3


@dataclass(frozen=True, kw_only=True)
class LiveFrames:
    """One moment of training: what each agent saw, and the action it chose for it.

    `frames` uint8 (B, H, W) are the newest pictures of the observations, `actions` int32 (B,) those executed, named by
    `action_names`. `probabilities` float32 (B, A) and `values` float32 (B,) are None where the algorithm has none at hand.
    `scores` float64 (B,) are the raw points and `lengths` int64 (B,) the steps of each open game, None where the
    environment does not say. `step` is the run's step count, `written_at` the time in seconds since 1970; `sequence` rises
    with every moment shown.
    """

    sequence: int
    step: int
    written_at: float
    attempt: int
    frames: NDArray[np.uint8]
    actions: NDArray[np.int32]
    probabilities: NDArray[np.float32] | None
    values: NDArray[np.float32] | None
    scores: NDArray[np.float64] | None
    lengths: NDArray[np.int64] | None
    action_names: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """How the file is laid out: a header of whole pages, then two slots, written in turn."""

    environments: int
    height: int
    width: int
    actions: tuple[str, ...]

    @property
    def shown(self) -> int:
        """How many environments are shown."""
        return min(self.environments, MOST_SHOWN)

    @property
    def slot(self) -> np.dtype[Any]:
        """A slot: a C structure with natural alignment, little-endian. `begin` and `end` hold its sequence number."""
        shown = (self.shown,)
        fields: list[Any] = [
            ("begin", "<u8"),
            ("step", "<i8"),
            ("written_at", "<f8"),
            ("attempt", "<u4"),
            ("holds", "<u4"),
            ("scores", "<f8", shown),
            ("lengths", "<i8", shown),
            ("actions", "<i4", shown),
            ("values", "<f4", shown),
            ("probabilities", "<f4", (*shown, len(self.actions))),
            ("frames", "u1", (*shown, self.height, self.width)),
            ("end", "<u8"),
        ]
        return np.dtype(fields, align=True)

    def header(self, latest: int) -> bytes:
        """The header, padded to whole pages."""
        words = {"version": 1, **vars(self), "shown": self.shown, "slot_bytes": self.slot.itemsize}
        body = json.dumps(words).encode()
        size = -(-(FRONT.size + len(body)) // PAGE) * PAGE
        return (FRONT.pack(MAGIC, latest, len(body)) + body).ljust(size, b"\0")

    def slot_at(self, sequence: int) -> int:
        """Where the slot of moment `sequence` begins."""
        return len(self.header(0)) + sequence % 2 * self.slot.itemsize

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        return len(self.header(0)) + 2 * self.slot.itemsize

    @staticmethod
    def read(file: BinaryIO) -> tuple[Layout, int] | None:
        """The layout of an open file and the sequence number written last; None when it holds nothing that is known here."""
        file.seek(0)
        front = file.read(FRONT.size)
        if len(front) < FRONT.size or not front.startswith(MAGIC):
            return None
        _, latest, size = FRONT.unpack(front)
        try:
            words = json.loads(file.read(size))
        except ValueError:
            return None
        if words.get("version") != 1:
            return None
        return Layout(words["environments"], words["height"], words["width"], tuple(words["actions"])), latest


def live_file(run_folder: Path) -> Path:
    """Where the moments of a run are written."""
    return run_folder / "live" / "frames.bin"


class LiveView:
    """Looks at the training of `run`. For one thread; several views of one run may be open, in any process."""

    def __init__(self, run: Run) -> None:
        self._path = live_file(run.folder)
        self._wish = run.control_folder / f"watch-{os.getpid()}-{secrets.token_hex(4)}.json"
        self._seen = 0

    @contextmanager
    def watch(self) -> Iterator[LiveView]:
        """Ask to be shown the training inside. The wish is renewed by a thread, and forgotten within seconds afterwards."""
        end = threading.Event()
        thread = threading.Thread(target=self._renew, args=(end,), name="live view", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            end.set()
            thread.join()
            with contextlib.suppress(OSError):
                self._wish.unlink(missing_ok=True)

    def read(self) -> LiveFrames | None:
        """The newest moment that was not read yet, or None when there is nothing new. Never half of one."""
        try:
            with self._path.open("rb", buffering=0) as file:
                for _ in range(_TRIES):
                    found = Layout.read(file)
                    if found is None or found[1] in (0, self._seen):
                        return None
                    moment = _moment(file, *found)
                    if moment is not None:
                        self._seen = moment.sequence
                        return moment
        except OSError:
            return None
        return None

    def _renew(self, end: threading.Event) -> None:
        while True:
            command = {"id": self._wish.stem, "verb": "watch", "args": {"seconds": HOLD_SECONDS}, "sent_at": time.time()}
            with contextlib.suppress(OSError):
                write_json(self._wish, command)
            if end.wait(RENEW_SECONDS):
                return


def _moment(file: BinaryIO, layout: Layout, latest: int) -> LiveFrames | None:
    """Moment `latest`, or None when it was overwritten while it was read."""
    slot = np.zeros((), layout.slot)
    file.seek(layout.slot_at(latest))
    if file.readinto(slot.data.cast("B")) != slot.nbytes or slot["begin"] != latest or slot["end"] != latest:  # type: ignore[attr-defined]  # a raw file has it
        return None
    holds = int(slot["holds"])
    return LiveFrames(
        sequence=latest,
        step=int(slot["step"]),
        written_at=float(slot["written_at"]),
        attempt=int(slot["attempt"]),
        frames=slot["frames"],
        actions=slot["actions"],
        probabilities=slot["probabilities"] if holds & HOLDS_PROBABILITIES else None,
        values=slot["values"] if holds & HOLDS_VALUES else None,
        scores=slot["scores"] if holds & HOLDS_SCORES else None,
        lengths=slot["lengths"] if holds & HOLDS_SCORES else None,
        action_names=layout.actions,
    )
