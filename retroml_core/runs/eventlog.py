"""The event files of a run: `events/0001.jsonl` and so on, one file per attempt, append only.

A process that is killed leaves at most a torn last line, which readers cut. An attempt that resumed from a checkpoint
takes back what earlier attempts said beyond it; a history (states, commands, problems, films) is never taken back.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from retroml_core.events import VERSION, Event

__all__ = ["EventLog", "decode", "decoded", "encode", "event_files", "last_seq", "read_backwards", "read_events"]

HISTORY = frozenset({"run_state", "control_ack", "problem", "film_progress", "film_saved", "resource"})
"""Types that stay true whatever is resumed from."""

URGENT = frozenset({"run_state", "control_ack", "problem", "checkpoint_saved", "training_complete", "film_saved"})
"""Types written at once; the others wait up to `FLUSH_SECONDS`."""

FLUSH_SECONDS = 1.0
PART_BYTES = 2**18


def encode(event: Event) -> bytes:
    """The line of `event`, without its end."""
    record = {
        "v": VERSION,
        "seq": event.seq,
        "t": round(event.t, 3),
        "attempt": event.attempt,
        "type": event.type,
        "step": event.step,
        "data": event.data,
    }
    try:
        return json.dumps(record, allow_nan=False, separators=(",", ":"), default=_plain).encode()
    except ValueError:
        record["data"] = _tag_floats(dict(event.data))
        return json.dumps(record, allow_nan=False, separators=(",", ":"), default=_plain).encode()


def decode(line: bytes) -> Event:
    """The event in `line`. Raises ValueError when it holds none."""
    record = json.loads(line, object_hook=_untag)
    try:
        return Event(
            seq=int(record["seq"]),
            t=float(record["t"]),
            attempt=int(record["attempt"]),
            type=str(record["type"]),
            step=int(record["step"]),
            data=record["data"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an event: {line[:80]!r}") from error


def decoded(lines: Iterable[bytes]) -> Iterator[Event]:
    """The events in whole `lines`; damaged ones are left out."""
    for line in lines:
        with contextlib.suppress(ValueError):
            yield decode(line)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _tag_floats(node: Any) -> Any:
    if isinstance(node, float) and not math.isfinite(node):
        return {"$float": repr(float(node))}
    if isinstance(node, dict):
        return {key: _tag_floats(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_tag_floats(value) for value in node]
    return _tag_floats(node.item()) if hasattr(node, "item") else node


def _untag(record: dict[str, Any]) -> Any:
    return float(record["$float"]) if record.keys() == {"$float"} else record


class EventLog:
    """Writes the file of one attempt. Thread-safe. Lines are flushed at least every second by whoever calls `flush_if_due`."""

    def __init__(self, folder: Path, attempt: int) -> None:
        folder.mkdir(exist_ok=True)
        self._file = (folder / f"{attempt:04d}.jsonl").open("ab", buffering=0)
        self._lock = threading.Lock()
        self._lines: list[bytes] = []
        self._flushed = time.monotonic()

    def write(self, event: Event) -> None:
        """Append `event`. Raises OSError when the disk does not take it."""
        with self._lock:
            self._lines.append(encode(event))
        if event.type in URGENT:
            self.flush()
        else:
            self.flush_if_due()

    def flush_if_due(self) -> None:
        """Flush when the last time is a second ago."""
        if time.monotonic() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand everything to the operating system. Raises OSError; nothing is lost then: it is tried again next time."""
        with self._lock:
            self._flushed = time.monotonic()
            if not self._lines:
                return
            data = b"\n".join(self._lines) + b"\n"
            start = self._file.tell()
            try:
                written = self._file.write(data)
                if written != len(data):
                    raise OSError(28, "No space left on device", self._file.name)
            except OSError:
                self._file.truncate(start)
                self._file.seek(start)
                raise
            self._lines.clear()

    def sync(self) -> None:
        """Flush, and let the disk have it: a checkpoint must never know of more than the events do. Raises OSError."""
        self.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Flush and close."""
        try:
            self.flush()
        finally:
            self._file.close()


def event_files(folder: Path) -> list[Path]:
    """The event files of a run in the order of their attempts."""
    return sorted(folder.glob("[0-9]*.jsonl"))


def read_backwards(path: Path) -> Iterator[Event]:
    """The events of one file, the last first. Raises OSError."""
    with path.open("rb") as file:
        end, rest = file.seek(0, 2), b""
        while end:
            start = max(0, end - PART_BYTES)
            file.seek(start)
            first, *lines = (file.read(end - start) + rest).split(b"\n")
            end, rest = start, first
            yield from decoded(reversed(lines if start else [first, *lines]))


def last_seq(folder: Path) -> int:
    """The highest `seq` of a run, 0 before its first event."""
    last = (event for path in reversed(event_files(folder)) for event in read_backwards(path))
    return next((event.seq for event in last), 0)


def read_events(folder: Path, types: Collection[str] | None = None, after_seq: int = 0) -> Iterator[Event]:
    """All events of a run that still count, in order; of `types` alone, beyond `after_seq`, where these are given.

    One at a time: those of a long run would not fit into memory. Raises OSError.
    """
    files = event_files(folder)
    for path, limit in zip(files, _limits(files), strict=False):
        for event in _read(path, types):
            if event.seq > after_seq and (event.step <= limit or event.type in HISTORY):
                yield event


def _read(path: Path, types: Collection[str] | None) -> Iterator[Event]:
    """The events of one file; a line that cannot be of `types` is not even decoded, which makes the few of a type quick."""
    words = None if types is None else [json.dumps(name).encode() for name in types]
    with path.open("rb") as file:
        whole = (line for line in file if line.endswith(b"\n"))
        lines = whole if words is None else (line for line in whole if any(word in line for word in words))
        yield from (event for event in decoded(lines) if types is None or event.type in types)


def _limits(files: list[Path]) -> list[float]:
    """For each attempt the step up to which it counts: the least that any later one resumed from."""
    limits = [math.inf]
    for path in reversed(files[1:]):
        resumed = (event.data.get("resumed_from") for event in _read(path, {"run_state"}))
        limits.append(min([limits[-1], *(step for step in resumed if step is not None)]))
    return limits[::-1]
