"""Bookmarks on disk: states of one environment's emulator along its play, so that any moment is a few hundred steps away.

They are a cache: the file may be deleted at any time, and one that does not fit the tape or this installation is not used.
Each bookmark names the link of the tape's hash chain behind it, so it holds for exactly the play it was made from.

The file is a sequence of records as on the tape (`retroml_atari.segment`): `HEAD`, JSON; `FULL`, a bookmark whose state is
the anchor of those behind it (`retroml_atari.packing`); `MARK`, a bookmark; `SEEN`, how far the tape was played.
"""

from __future__ import annotations

import bisect
import contextlib
import json
import platform
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retroml_atari.console import versions
from retroml_atari.packing import pack, pack_anchor, unpack, unpack_anchor
from retroml_atari.segment import HEADER, encode_record, records
from retroml_atari.shelf import Bookmark

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_atari.reel import Reel

__all__ = ["MarkWriter", "Marks", "make_folder"]

FORMAT_VERSION: Final = 1
FULL: Final = b"FULL"
MARK: Final = b"MARK"
SEEN: Final = b"SEEN"
_ENTRY: Final = struct.Struct("<QQI16s")


@dataclass(frozen=True)
class Entry:
    """A record: the bookmark's place, that at which its game began, frames played, link, and the state as it is packed."""

    kind: bytes
    place: int
    begun_at: int
    elapsed: int
    link: bytes
    packed: bytes
    end: int

    def fits(self, reel: Reel) -> bool:
        """Whether the tape holds the play this was made from."""
        return reel.first_place < self.place <= reel.places and reel.link_at(self.place) == self.link


class Marks:
    """The bookmarks of `environment` in the file at `path`, which need not be there and may grow while it is read."""

    def __init__(self, path: Path, environment: int) -> None:
        self.path, self.environment = path, environment
        self._clear()

    def refresh(self) -> None:
        """Read what was appended since; all of it where the file was made anew. Never raises."""
        try:
            size = self.path.stat().st_size
            if size < self.size:
                self._clear()
            if size == self.size:
                return
            with self.path.open("rb") as file:
                file.seek(self.size)
                self._read(file.read())
        except (OSError, ValueError):
            self._clear()

    def nearest(self, reel: Reel, after: int, place: int) -> Bookmark | None:
        """The last bookmark beyond `after` and not beyond `place` that fits the tape, or None."""
        position = self._position(reel, after, place)
        if position is None:
            return None
        entry = self._entries[position]
        try:
            return Bookmark(entry.place, entry.begun_at, self._state(position), entry.elapsed)
        except ValueError:
            return None

    def place_before(self, reel: Reel, after: int, place: int) -> int:
        """Where `nearest` is, or `after` when there is none."""
        position = self._position(reel, after, place)
        return after if position is None else self._entries[position].place

    def reached(self, reel: Reel) -> int:
        """How far the tape was played when bookmarks were left, as far as they fit it."""
        fitting = [entry.place for entry in (*self._entries[-1:], *self._seen) if entry.fits(reel)]
        if fitting:
            return max(fitting)
        position = self._position(reel, -1, reel.places)
        return 0 if position is None else self._entries[position].place

    def forget(self) -> None:
        """Delete the file: what it led to was wrong."""
        with contextlib.suppress(OSError):  # Windows keeps it while somebody writes
            self.path.unlink()
        self._clear()

    def end_of_fitting(self, reel: Reel) -> int:
        """The size of the file's part that fits the tape; 0 when it must be made anew."""
        position = self._position(reel, -1, reel.places)
        return self._head_end if position is None else self._entries[position].end

    @property
    def places(self) -> list[int]:
        """The places of all bookmarks, whether they fit the tape or not."""
        return list(self._places)

    @property
    def last_place(self) -> int:
        """The place of the last bookmark, 0 without any."""
        return max(self._places, default=0)

    def anchor(self) -> bytes | None:
        """The state that those appended to the file are packed beside."""
        return self._state(max(self._anchors, default=-1)) if self._anchors else None

    def _clear(self) -> None:
        self.size = self._head_end = 0
        self._entries: list[Entry] = []
        self._places: list[int] = []
        self._anchors: list[int] = []
        self._seen: list[Entry] = []

    def _read(self, data: bytes) -> None:
        start = self.size
        for record in records(data):
            end = start + record.end
            if record.begin + start == 0:
                if record.kind != HEADER or json.loads(bytes(record.payload)) != header(self.environment):
                    return
                self._head_end = end
            elif record.kind in (FULL, MARK, SEEN):
                self._take(record.kind, record.payload, end)
            self.size = end

    def _take(self, kind: bytes, payload: memoryview, end: int) -> None:
        place, begun_at, elapsed, link = _ENTRY.unpack_from(payload)
        entry = Entry(kind, place, begun_at, elapsed, link, bytes(payload[_ENTRY.size :]), end)
        if kind == SEEN:
            self._seen = [entry]
            return
        if kind == FULL:
            self._anchors.append(len(self._entries))
        self._entries.append(entry)
        self._places.append(entry.place)

    def _position(self, reel: Reel, after: int, place: int) -> int | None:
        position = bisect.bisect_right(self._places, place) - 1
        while position >= 0 and self._places[position] > after:
            if self._entries[position].fits(reel):
                return position
            position -= 1
        return None

    def _state(self, position: int) -> bytes:
        anchor = self._anchors[bisect.bisect_right(self._anchors, position) - 1]
        state = unpack_anchor(self._entries[anchor].packed)
        return state if anchor == position else unpack(self._entries[position].packed, state)


class MarkWriter:
    """Appends to the file at `path`, after what of it fits `reel`. One at a time; whoever is killed leaves a readable file."""

    def __init__(self, path: Path, environment: int, reel: Reel) -> None:
        make_folder(path)
        self._reel = reel
        known = Marks(path, environment)
        known.refresh()
        size = known.end_of_fitting(reel)
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(size)
        self._file.seek(size)
        if not size:
            self._append(encode_record(HEADER, json.dumps(header(environment)).encode()))
        known.refresh()
        self._anchor, self._last = known.anchor(), known.last_place

    def add(self, mark: Bookmark) -> None:
        """Append a bookmark that lies beyond the last; others are there already."""
        if mark.place <= self._last:
            return
        self._last = mark.place
        packed = pack(mark.state, self._anchor) if self._anchor is not None else None
        kind = MARK
        if packed is None or unpack(packed, self._anchor or b"") != mark.state:
            kind, packed, self._anchor = FULL, pack_anchor(mark.state), mark.state
        self._entry(kind, mark.place, mark.begun_at, mark.elapsed, packed)

    def seen(self, place: int) -> None:
        """The tape was played up to `place`."""
        self._entry(SEEN, place, 0, 0, b"")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _entry(self, kind: bytes, place: int, begun_at: int, elapsed: int, packed: bytes) -> None:
        self._append(encode_record(kind, _ENTRY.pack(place, begun_at, elapsed, self._reel.link_at(place)) + packed))

    def _append(self, record: bytes) -> None:
        self._file.write(record)
        self._file.flush()


def make_folder(path: Path) -> None:
    """Make the folders of `path`, a file of bookmarks, in a data folder that is there. Raises OSError: one that is gone, with
    its disk, must not come back empty."""
    for folder in reversed(path.parents[:3]):  # cache/bookmarks/<run>
        folder.mkdir(exist_ok=True)


def header(environment: int) -> dict[str, object]:
    """What a file must have been made with to be of use here."""
    made_with = {"machine": f"{platform.system()} {platform.machine()}", **versions()}
    return {"format": "retroml-bookmarks", "version": FORMAT_VERSION, "environment": environment, **made_with}
