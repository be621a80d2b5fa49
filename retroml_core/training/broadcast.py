"""Shows the play of training to whoever watches; `retroml_core.live` reads it. While nobody watches it costs one comparison
a vector step.

The file is written with plain positioned writes, not through a memory map: a full disk is then an error that can be
reported, where a map would end the process.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

import math
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from retroml_core.live import HOLDS_PROBABILITIES, HOLDS_SCORES, HOLDS_VALUES, LATEST_AT, Layout

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from retroml_core.algorithm import Decision
    from retroml_core.environment import EnvInfo, VectorEnvironment

__all__ = ["MOMENTS_A_SECOND", "Broadcast"]

MOMENTS_A_SECOND: Final = 30


class Broadcast:
    """Implements `retroml_core.algorithm.Watcher` for attempt `attempt`. `trouble` is told, once, why nothing can be shown."""

    def __init__(
        self,
        path: Path,
        info: EnvInfo,
        attempt: int,
        trouble: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.on = False
        self._path = path
        self._info = info
        self._attempt = attempt
        self._trouble = trouble
        self._now = now
        self._until = self._due = -math.inf
        self._stage: _Stage | None = None
        self._broken = False

    def admit(self, seconds: float) -> bool:
        """Somebody watches for so many seconds from now on; whether nobody did before."""
        first = not self.on
        self._until = max(self._until, self._now() + seconds)
        self.on = not self._broken
        return first

    def show(
        self,
        step: int,
        obs: NDArray[np.uint8],
        actions: NDArray[np.int64],
        decided: Callable[[NDArray[np.int64]], Decision],
        environment: VectorEnvironment,
    ) -> None:
        """See `Watcher.show`."""
        now = self._now()
        self.on = now < self._until and not self._broken
        if not self.on or now < self._due:
            return
        self._due = now + 1 / MOMENTS_A_SECOND
        try:
            if self._stage is None:
                layout = Layout(len(obs), obs.shape[2], obs.shape[3], self._info.actions)
                self._stage = _Stage(self._path, layout, self._attempt)
            self._stage.write(step, obs, decided(actions), environment)
        except OSError as error:
            self._broken, self.on = True, False
            self._trouble(f"the live view cannot be shown: {error}")

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self.on, self._broken = False, True
        if self._stage is not None:
            self._stage.close()
            self._stage = None


class _Stage:
    """The open file. Raises OSError when the disk does not take it."""

    def __init__(self, path: Path, layout: Layout, attempt: int) -> None:
        self._layout = layout
        self._slot = np.zeros((), layout.slot)
        self._slot["attempt"] = attempt
        self._places = [layout.slot_at(sequence) for sequence in (0, 1)]
        path.parent.mkdir(exist_ok=True)
        self._file: BinaryIO = path.open("r+b" if path.exists() else "w+b", buffering=0)
        try:
            self._sequence = self._take_up()
        except BaseException:
            self._file.close()
            raise

    def write(self, step: int, obs: NDArray[np.uint8], decision: Decision, environment: VectorEnvironment) -> None:
        """Write the next moment into the slot that is not the newest, then say that it is."""
        slot, shown = self._slot, self._layout.shown
        sequence = self._sequence + 1
        holds = 0
        if decision.probabilities is not None:
            slot["probabilities"], holds = decision.probabilities[:shown], holds | HOLDS_PROBABILITIES
        if decision.values is not None:
            slot["values"], holds = decision.values[:shown], holds | HOLDS_VALUES
        open_games: Any = getattr(environment, "open_games", None)
        if open_games is not None:
            scores, lengths = open_games()
            slot["scores"], slot["lengths"], holds = scores[:shown], lengths[:shown], holds | HOLDS_SCORES
        slot["begin"] = slot["end"] = sequence
        slot["step"], slot["written_at"], slot["holds"] = step, time.time(), holds
        slot["actions"] = decision.actions[:shown]
        slot["frames"] = obs[:shown, -1]
        self._put(self._places[sequence % 2], slot.tobytes())
        self._put(LATEST_AT, struct.pack("<Q", sequence))
        self._sequence = sequence

    def close(self) -> None:
        self._file.close()

    def _take_up(self) -> int:
        """The sequence number to go on from: that of an earlier attempt's file, whose readers then notice nothing."""
        found = Layout.read(self._file)
        latest = found[1] if found is not None else 0
        if found is None or found[0] != self._layout:
            self._file.truncate(0)
            self._put(0, self._layout.header(latest).ljust(self._layout.size_bytes, b"\0"))
        return latest

    def _put(self, place: int, data: bytes) -> None:
        self._file.seek(place)
        if self._file.write(data) != len(data):
            raise OSError(28, "No space left on device", self._file.name)
