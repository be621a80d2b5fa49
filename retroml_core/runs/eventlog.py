"""The event files of a run: `events/0001.jsonl` and so on, one file per attempt, append only.

A process that is killed leaves at most a torn last line, which readers cut. An attempt that resumed from a checkpoint
takes back what earlier attempts said beyond it; a history (states, commands, problems, films) is never taken back.
"""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from retroml_core.events import VERSION, Event

__all__ = ["EventLog", "decode", "encode", "event_files", "last_seq", "read_events", "read_file"]

HISTORY = frozenset({"run_state", "control_ack", "problem", "film_progress", "film_saved", "resource"})
"""Types that stay true whatever is resumed from."""

URGENT = frozenset({"run_state", "control_ack", "problem", "checkpoint_saved", "training_complete", "film_saved"})
"""Types written at once; the others wait up to `FLUSH_SECONDS`."""

FLUSH_SECONDS = 1.0


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
        folder.mkdir(parents=True, exist_ok=True)
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


def read_file(path: Path, offset: int = 0) -> tuple[list[Event], int]:
    """The whole events of one file from byte `offset` on, and the offset to go on from; a torn last line is left for later."""
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read()
    end = data.rfind(b"\n") + 1
    events = []
    for line in data[:end].splitlines():
        try:
            events.append(decode(line))
        except ValueError:
            continue
    return events, offset + end


def last_seq(folder: Path) -> int:
    """The highest `seq` of a run, 0 before its first event."""
    for path in reversed(event_files(folder)):
        events, _ = read_file(path)
        if events:
            return max(event.seq for event in events)
    return 0


def read_events(folder: Path, types: Collection[str] | None = None, after_seq: int = 0) -> Iterator[Event]:
    """All events of a run that still count, in order; of `types` alone, beyond `after_seq`, where these are given."""
    files = [read_file(path)[0] for path in event_files(folder)]
    limits = _limits(files)
    for events, limit in zip(files, limits, strict=True):
        for event in events:
            counts = event.step <= limit or event.type in HISTORY
            if counts and event.seq > after_seq and (types is None or event.type in types):
                yield event


def _limits(files: list[list[Event]]) -> list[float]:
    """For each attempt the step up to which it counts: the least that any later one resumed from."""
    limits: list[float] = []
    limit = math.inf
    for events in reversed(files):
        limits.append(limit)
        resumed = [e.data["resumed_from"] for e in events if e.type == "run_state" and e.data.get("resumed_from") is not None]
        limit = min([limit, *resumed])
    return limits[::-1]
