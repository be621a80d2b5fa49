"""The segments in a tape folder: opened by hopping from record to record, kept up to date while they are written.

Nothing is unpacked here. A torn last record is left out until it is whole; a record whose CRC does not fit ends its file,
and `TapeIndex.damage` says where.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retroml_atari.segment import HEADER, OPEN, ROWS, BlockIndex, decode_block, records

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_core.environment import Stream

__all__ = ["Segment", "TapeIndex"]

_NAME = re.compile(r"(\d{4,})-(\w+)\.tape")


@dataclass(frozen=True)
class Segment:
    """What one environment object recorded; a `prelude` goes before the run's own play and is not part of it."""

    header: dict[str, Any]
    prelude: bool = False
    blocks: list[BlockIndex] = field(default_factory=list)

    @property
    def continues(self) -> bool:
        """Whether it goes on where an earlier segment was left, with open games."""
        return bool(self.header["head"])


class TapeIndex:
    """All segments of the tape in `folder`. Raises ValueError when a file is not a tape this program knows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[Path, TapeFile] = {}
        self.refresh()

    def refresh(self) -> bool:
        """Read what was written since; whether there was anything."""
        found = [(match, path) for path in self.folder.iterdir() if (match := _NAME.fullmatch(path.name))]
        for match, path in found:
            self._files.setdefault(path, TapeFile(path, int(match[1]), match[2]))
        appended = [file.read() for file in self._files.values()]
        return any(appended)

    def segments(self, stream: Stream) -> list[Segment]:
        """The segments of a stream, in the order in which they were begun."""
        files = sorted((file for file in self._files.values() if file.stream == stream), key=lambda file: file.attempt)
        return [segment for file in files for segment in file.segments]

    @property
    def damage(self) -> str:
        """Where a file is damaged, in words; empty when none is."""
        return "; ".join(file.damage for file in self._files.values() if file.damage)

    def size_bytes(self) -> int:
        """What the files take on disk, as far as they were read."""
        return sum(file.place for file in self._files.values())

    def next_number(self, stream: Stream, *, before_step: int) -> int:
        """The number of the first game that begins at `before_step` without continuing any other."""
        numbers = [0]
        for segment in self.segments(stream):
            first_step, pace, first_row = (segment.header[key] for key in ("first_step", "steps_per_row", "first_row"))
            for block in segment.blocks:
                steps = first_step + (block.first_row - first_row + block.begins["row"].astype(int)) * pace
                kept = steps < before_step if pace else steps <= before_step
                numbers += block.begins["number"][kept].tolist()
        return max(numbers) + 1


class TapeFile:
    """One file and how far it was read."""

    def __init__(self, path: Path, attempt: int, stream: str) -> None:
        self.path, self.attempt, self.stream = path, attempt, stream
        self.segments: list[Segment] = []
        self.place = 0
        self.damage = ""

    def read(self) -> bool:
        """Read the records that were appended; whether there were any."""
        with self.path.open("rb") as file:
            file.seek(self.place)
            data = file.read()
        end = 0
        for record in records(data):
            if record.kind in (HEADER, OPEN):
                self.segments.append(Segment(record.header(), prelude=record.kind == OPEN))
            elif record.kind == ROWS and self.segments:
                self.segments[-1].blocks.append(decode_block(record.payload))
            end = record.end
        self.place += end
        self.damage = self._damage(data[end:])
        return end > 0

    def _damage(self, rest: bytes) -> str:
        """A record that is all there but does not fit its CRC is damage; one that is cut short is only torn."""
        if len(rest) < 8:
            return ""
        size = struct.unpack_from("<I", rest, 4)[0]
        if len(rest) < size + 12 and rest[:4] in (HEADER, OPEN, ROWS):
            return ""
        return f"{self.path.name} is damaged at byte {self.place}; what follows is not read"
