"""The file format of the tape: records of one header and many blocks of play. docs/tape-format.md is its specification.

A **segment** is what one environment object recorded; its file is a sequence of **records**, each protected by a CRC-32.
A **block** holds some rows of play; a **row** is one step of all environments.

Shapes: T rows, B environments.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BEGIN",
    "CHECK_ROWS",
    "END",
    "POLICY",
    "Block",
    "Record",
    "encode_block",
    "encode_header",
    "encode_record",
    "records",
]

FORMAT_VERSION: Final = 1
CHECK_ROWS: Final = 16
"""Rows that share one check byte."""
LEVEL: Final = 6
HEADER: Final = b"HEAD"
OPEN: Final = b"OPEN"
"""The header of a segment that goes before: how the games came to be with which the tape begins."""
ROWS: Final = b"ROWS"

_FRAME: Final = struct.Struct("<4sI")
_CRC: Final = struct.Struct("<I")
_BLOCK: Final = struct.Struct("<QIIIIIIBddd16s")

BEGIN: Final = np.dtype([("row", "<u4"), ("env", "<u4"), ("number", "<u4"), ("frames", "<u4"), ("seed", "<i4"), ("crc", "<u4")])
"""A game begins with `row` (its first action) after `frames` idle frames; seed of its key or -1; CRC of its first picture."""
END: Final = np.dtype([("row", "<u4"), ("env", "<u4"), ("score", "<i8"), ("lives", "<u4"), ("truncated", "<u4")])
"""A game ends with `row` (its last action): raw score, lives lost, whether by the time limit."""
POLICY: Final = np.dtype([("row", "<u4"), ("version", "<u4")])
"""From `row` on actions come from policy `version`."""


def _none(kind: np.dtype[Any]) -> NDArray[Any]:
    return np.zeros(0, kind)


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows `first_row` to `first_row + T`. Rows inside the event arrays are counted from `first_row`.

    `actions` uint8 (T, B), `rewards` int32 (T, B) raw, `lost` bool (T, B) whether a life was lost, `checks` uint8 (groups, B):
    for each group of `CHECK_ROWS` rows that is complete within the block, the low byte of the CRC-32 over its newest pictures.
    `seconds` of training before the first row and after the last, `written_at` in Unix seconds, `head` of the hash chain
    after the last row.
    """

    first_row: int
    actions: NDArray[np.uint8]
    rewards: NDArray[np.int32]
    lost: NDArray[np.bool_]
    checks: NDArray[np.uint8]
    head: bytes
    first_seconds: float
    last_seconds: float
    written_at: float
    begins: NDArray[Any] = field(default_factory=lambda: _none(BEGIN))
    ends: NDArray[Any] = field(default_factory=lambda: _none(END))
    policies: NDArray[Any] = field(default_factory=lambda: _none(POLICY))


@dataclass(frozen=True)
class Record:
    """One record: its `kind`, where it lies in the file, and its payload."""

    kind: bytes
    begin: int
    end: int
    payload: memoryview

    def header(self) -> dict[str, Any]:
        """The JSON of a header record. Raises ValueError when this program does not know the format."""
        header: dict[str, Any] = json.loads(bytes(self.payload))
        if header.get("format") != "retroml-tape" or header.get("version") != FORMAT_VERSION:
            raise ValueError(f"not a tape of version {FORMAT_VERSION}: {header.get('format')} {header.get('version')}")
        return header


@dataclass(frozen=True, kw_only=True)
class BlockIndex:
    """What is read of a block without unpacking it; see `Block`."""

    first_row: int
    rows: int
    reward_bytes: int
    reward_count: int
    first_seconds: float
    last_seconds: float
    written_at: float
    head: bytes
    begins: NDArray[Any]
    ends: NDArray[Any]
    policies: NDArray[Any]
    packed: memoryview

    def unpack(self, count: int) -> Block:
        """The whole block of `count` environments. Raises ValueError when its parts do not fit together."""
        try:
            data = zlib.decompress(self.packed)
        except zlib.error as error:
            raise ValueError(f"the block at row {self.first_row} cannot be unpacked: {error}") from error
        cells = self.rows * count
        groups = complete_groups(self.first_row, self.rows)
        marks = -(-cells // 8)
        sizes = [cells, groups * count, marks, marks]
        if len(data) != sum(sizes) + self.reward_count * self.reward_bytes:
            raise ValueError(f"the block at row {self.first_row} holds {len(data)} bytes, which do not fit its header")
        actions, checks, lost, mask, values = np.split(np.frombuffer(data, np.uint8), np.cumsum(sizes))
        rewards = np.zeros(cells, np.int32)
        rewards[np.unpackbits(mask, count=cells).astype(np.bool_)] = values.view(f"<i{self.reward_bytes}")
        return Block(
            first_row=self.first_row,
            actions=actions.reshape(count, self.rows).T,
            rewards=rewards.reshape(count, self.rows).T,
            lost=np.unpackbits(lost, count=cells).astype(np.bool_).reshape(count, self.rows).T,
            checks=checks.reshape(count, groups).T,
            head=self.head,
            first_seconds=self.first_seconds,
            last_seconds=self.last_seconds,
            written_at=self.written_at,
            begins=self.begins,
            ends=self.ends,
            policies=self.policies,
        )


def complete_groups(first_row: int, rows: int) -> int:
    """How many groups of `CHECK_ROWS` rows end within `rows` rows from `first_row` on."""
    return (first_row + rows) // CHECK_ROWS - first_row // CHECK_ROWS


def encode_header(header: dict[str, Any], kind: bytes = HEADER) -> bytes:
    """The record of a segment's header."""
    return encode_record(kind, json.dumps({"format": "retroml-tape", "version": FORMAT_VERSION, **header}).encode())


def encode_block(block: Block) -> bytes:
    """The record of a block."""
    rewards = block.rewards.T.ravel()
    given = rewards[rewards != 0]
    width = next(size for size in (1, 2, 4) if not len(given) or np.abs(given.astype(np.int64)).max() < 1 << (8 * size - 1))
    parts = (
        block.actions.T.tobytes(),
        block.checks.T.tobytes(),
        np.packbits(block.lost.T.ravel()).tobytes(),
        np.packbits(rewards != 0).tobytes(),
        given.astype(f"<i{width}").tobytes(),
    )
    events = (block.begins, block.ends, block.policies)
    packed = zlib.compress(b"".join(array.tobytes() for array in events), LEVEL)
    front = _BLOCK.pack(
        block.first_row,
        len(block.actions),
        *(len(array) for array in events),
        len(given),
        len(packed),
        width,
        block.first_seconds,
        block.last_seconds,
        block.written_at,
        block.head,
    )
    return encode_record(ROWS, front + packed + zlib.compress(b"".join(parts), LEVEL))


def decode_block(payload: memoryview) -> BlockIndex:
    """The index of a block record's payload. Raises ValueError when it is too short for what it announces."""
    if len(payload) < _BLOCK.size:
        raise ValueError("a block is too short for its header")
    first_row, rows, *counts, rewards, size, width, begun, ended, written, head = _BLOCK.unpack_from(payload)
    begins, ends, policies = _events(payload[_BLOCK.size : _BLOCK.size + size], counts, first_row)
    return BlockIndex(
        first_row=first_row,
        rows=rows,
        reward_bytes=width,
        reward_count=rewards,
        first_seconds=begun,
        last_seconds=ended,
        written_at=written,
        head=head,
        begins=begins,
        ends=ends,
        policies=policies,
        packed=payload[_BLOCK.size + size :],
    )


def _events(packed: memoryview, counts: list[int], first_row: int) -> list[NDArray[Any]]:
    try:
        data = zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(f"the events of the block at row {first_row} cannot be unpacked: {error}") from error
    kinds = (BEGIN, END, POLICY)
    sizes = [count * kind.itemsize for count, kind in zip(counts, kinds, strict=True)]
    if len(data) != sum(sizes):
        raise ValueError(f"the events of the block at row {first_row} do not fit its header")
    places = np.cumsum([0, *sizes[:-1]]).tolist()
    return [np.frombuffer(data, kind, count, place) for kind, count, place in zip(kinds, counts, places, strict=True)]


def records(data: bytes, place: int = 0) -> Iterator[Record]:
    """The whole records of `data` from `place` on; ends at the first that is cut short or whose CRC does not fit."""
    view = memoryview(data)
    while place + _FRAME.size + _CRC.size <= len(view):
        kind, size = _FRAME.unpack_from(view, place)
        body = place + _FRAME.size
        end = body + size + _CRC.size
        if end > len(view) or _CRC.unpack_from(view, body + size)[0] != zlib.crc32(view[place : body + size]):
            return
        yield Record(kind, place, end, view[body : body + size])
        place = end


def encode_record(kind: bytes, payload: bytes) -> bytes:
    """A record of any kind."""
    framed = _FRAME.pack(kind, len(payload)) + payload
    return framed + _CRC.pack(zlib.crc32(framed))
