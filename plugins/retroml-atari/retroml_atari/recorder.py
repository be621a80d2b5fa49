"""Records what is played, while the emulators play on.

`note` only keeps a step; the pictures are digested and the row written down in `work`, which the environment calls once the
next step has been started. Blocks go to the file when they are full or four seconds old.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

import dataclasses
import os
import time
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from retroml_atari import chain
from retroml_atari.console import rom_sha256, versions
from retroml_atari.played import ENDED, LIFE_LOST, TRUNCATED, Played
from retroml_atari.segment import (
    BEGIN,
    CHECK_ROWS,
    END,
    HEADER,
    OPEN,
    POLICY,
    Block,
    encode_block,
    encode_header,
    records,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from retroml_atari.keys import Beginning
    from retroml_core.environment import EnvInfo, EnvironmentBuild
    from retroml_core.tree import Tree

__all__ = ["Recorder"]

BLOCK_CELLS: Final = 1 << 17
BLOCK_SECONDS: Final = 4.0
"""Lost at most when the process is killed. Shorter blocks pack badly: half as long, a step of PPO takes 0.1 bytes more."""


class Recorder:
    """Writes one segment. With `state` (`Recorder.state` inside the environment's) it goes on where that was taken.

    With `rows_before` it writes what goes before that segment: the play of so many rows that led to `state`.
    """

    def __init__(self, build: EnvironmentBuild, info: EnvInfo, state: Tree | None, *, rows_before: int | None = None) -> None:
        if build.tape_folder is None:
            raise ValueError("recording needs a folder for the tape")
        self._build, self._count = build, build.count
        resumed = (state or {}).get("tape") if rows_before is None else None
        self._row = int(state["row"]) - (rows_before or 0) if state else 0
        self._running = np.zeros(build.count, np.uint32)
        self._scores = np.zeros(build.count, np.int64)
        self._lives = np.zeros(build.count, np.int64)
        self._policy = 0
        self._head = bytes(16)
        origin = int(state["ledger"]["origin"]) if state else build.first_step
        self.first_number = 1 if state else _next_number(build)
        self.header = self._header(info, origin + self._row * build.count, keep_head=resumed)
        if resumed:
            self._resume(resumed)
        self._file = _append(build.tape_folder / f"{build.attempt:04d}-{build.stream}.tape")
        self._write(encode_header(self.header, HEADER if rows_before is None else OPEN))
        self._pending: Played | None = None
        self._clear()
        self._events["policies"].append((0, self._policy))

    def _header(self, info: EnvInfo, first_step: int, keep_head: Tree | None) -> dict[str, Any]:
        build = self._build
        return {
            "environment": "atari",
            "stream": build.stream,
            "attempt": build.attempt,
            "game": build.game,
            "rom_sha256": rom_sha256(build.game),
            "settings": dataclasses.asdict(build.config),
            "actions": list(info.actions),
            "count": build.count,
            "seed": build.seed,
            "first_step": first_step,
            "first_row": self._row,
            "steps_per_row": build.count if build.stream == "training" else 0,
            "check_rows": CHECK_ROWS,
            "head": str(keep_head["head"]) if keep_head else "",
            "running": keep_head["running"].tolist() if keep_head else [],
            "versions": versions(),
            "created_at": time.time(),
        }

    # --- what the environment calls -----------------------------------------------------------------------------------

    def begin(self, begun: tuple[Beginning, ...], obs: NDArray[np.uint8]) -> None:
        """The first games begin, with observations (B, C, H, W)."""
        crcs = np.array(list(map(zlib.crc32, obs[:, -1])), np.uint32)
        self._head = chain.origin(self.header, crcs)
        self._note_begun(begun, obs)

    def begin_again(self, begun: tuple[Beginning, ...], obs: NDArray[np.uint8]) -> None:
        """Games begin apart from any end, with observations (B, C, H, W) of all environments."""
        self.work()
        self._note_begun(begun, obs)

    def note(self, played: Played) -> None:
        """A step was played; it is written down by the next `work`."""
        self.work()
        self._pending = played

    def work(self) -> None:
        """Write down the step noted last, and the block when it is due."""
        played, self._pending = self._pending, None
        if played is None:
            return
        self._digest(played)
        actions = played.actions.astype(np.uint8)
        self._head = chain.link(self._head, actions, played.flags, played.rewards, self._running)
        self._actions.append(actions)
        self._rewards.append(played.rewards)
        self._flags.append(played.flags)
        self._scores += played.rewards
        if np.count_nonzero(played.flags):
            self._note_flags(played.flags)
        self._row += 1
        if self._row % CHECK_ROWS == 0:
            self._checks.append(self._running.astype(np.uint8))
            self._running = np.zeros(self._count, np.uint32)
        if played.begun:
            self._note_begun(played.begun, played.obs)
        if len(self._actions) * self._count >= BLOCK_CELLS or time.monotonic() >= self._due:
            self._write_block()

    def note_policy(self, version: int) -> None:
        """From the next step on actions come from policy `version`."""
        self.work()
        self._policy = version
        self._events["policies"].append((len(self._actions), version))

    def flush(self) -> str:
        """Everything recorded is on disk; the head of the chain in hex."""
        self.work()
        if self._actions or self._events["begins"]:
            self._write_block()
        os.fsync(self._file.fileno())
        return self._head.hex()

    def state(self) -> Tree:
        """What a recorder needs to go on here; writes what is recorded so far."""
        return {
            "head": self.flush(),
            "running": self._running.copy(),
            "scores": self._scores.copy(),
            "lives": self._lives.copy(),
            "policy": self._policy,
        }

    def close(self) -> None:
        """Flush and close the file."""
        if not self._file.closed:
            self.flush()
            self._file.close()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _resume(self, state: Tree) -> None:
        self._head = bytes.fromhex(state["head"])
        self._running = state["running"].astype(np.uint32)
        self._scores = state["scores"].astype(np.int64)
        self._lives = state["lives"].astype(np.int64)
        self._policy = int(state["policy"])

    def _digest(self, played: Played) -> None:
        running = self._running.tolist()
        for i, obs in played.final_obs.items():
            running[i] = zlib.crc32(obs[-1], running[i])
        self._running = np.array(list(map(zlib.crc32, played.obs[:, -1], running)), np.uint32)

    def _note_flags(self, flags: NDArray[np.uint8]) -> None:
        row = len(self._actions) - 1
        for i in np.flatnonzero(flags).tolist():
            if flags[i] & LIFE_LOST:
                self._lives[i] += 1
            if flags[i] & ENDED:
                self._events["ends"].append((row, i, self._scores[i], self._lives[i], bool(flags[i] & TRUNCATED)))
                self._scores[i] = self._lives[i] = 0

    def _note_begun(self, begun: tuple[Beginning, ...], obs: NDArray[np.uint8]) -> None:
        row = len(self._actions)
        for one in begun:
            crc = zlib.crc32(obs[one.environment, -1])
            self._events["begins"].append((row, one.environment, one.number, one.frames, one.seed, crc))

    def _write_block(self) -> None:
        rows = len(self._actions)
        shape = (rows, self._count)
        now = self._build.clock()
        block = Block(
            first_row=self._row - rows,
            actions=np.array(self._actions, np.uint8).reshape(shape),
            rewards=np.array(self._rewards, np.int32).reshape(shape),
            lost=(np.array(self._flags, np.uint8).reshape(shape) & LIFE_LOST) > 0,
            checks=np.array(self._checks, np.uint8).reshape(-1, self._count),
            head=self._head,
            first_seconds=self._begun_at,
            last_seconds=now,
            written_at=time.time(),
            begins=np.array(self._events["begins"], BEGIN),
            ends=np.array(self._events["ends"], END),
            policies=np.array(self._events["policies"], POLICY),
        )
        self._write(encode_block(block))
        self._clear()

    def _clear(self) -> None:
        self._actions: list[NDArray[np.uint8]] = []
        self._rewards: list[NDArray[np.int32]] = []
        self._flags: list[NDArray[np.uint8]] = []
        self._checks: list[NDArray[np.uint8]] = []
        self._events: dict[str, list[tuple[Any, ...]]] = {"begins": [], "ends": [], "policies": []}
        self._begun_at = self._build.clock()
        self._due = time.monotonic() + BLOCK_SECONDS

    def _write(self, record: bytes) -> None:
        self._file.write(record)
        self._file.flush()


def _append(path: Path) -> BinaryIO:
    """Open for appending, after the last whole record."""
    path.parent.mkdir(exist_ok=True)  # and not those above: they are gone with their disk
    file = path.open("ab")
    whole = max((record.end for record in records(path.read_bytes())), default=0)
    file.truncate(whole)
    return file


def _next_number(build: EnvironmentBuild) -> int:
    """The number of the first game of a segment that continues no other: after those already on the tape."""
    from retroml_atari.index import TapeIndex

    if build.tape_folder is None or not build.tape_folder.is_dir():
        return 1
    return TapeIndex(build.tape_folder).next_number(build.stream, before_step=build.first_step)
