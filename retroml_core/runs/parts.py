"""The parts that checkpoints share: each is written once, and goes with the last checkpoint that refers to it.

`parts/<key>.part` is a Zstandard frame (RFC 8878) around a safetensors file; its array `structure` is the JSON of the tree
without the arrays. Reading is safe from any process; writing belongs to the one that owns the run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.files import copy_file, sync_folder, write_bytes
from retroml_core.tree import Part, pack_tree, unpack_tree

if TYPE_CHECKING:
    from retroml_core.tree import Tree

__all__ = ["PartFile", "PartStore"]

_LEVEL = 1
"""How hard to compress: more costs time and saves little on pictures that follow each other."""


@dataclass(frozen=True)
class PartFile:
    """What a manifest says of a part: the digest and size of its file, and how many bytes its arrays take."""

    sha256: str
    bytes: int
    content_bytes: int


class PartStore:
    """The parts in one folder. `sound` are those that were written or verified here, so that they need not be again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sound: dict[str, PartFile] = {}

    def path(self, key: str) -> Path:
        """The file of a part."""
        return self.folder / f"{key}.part"

    def keep(self, part: Part) -> None:
        """Let `part` be on disk, and known to be sound. Raises OSError."""
        if part.key in self.sound:
            return
        import zstandard

        packed = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(pack_tree(part.read()))
        self.folder.mkdir(exist_ok=True)
        write_bytes(self.path(part.key), packed)
        self.sound[part.key] = PartFile(hashlib.sha256(packed).hexdigest(), len(packed), part.size_bytes)

    def sync(self) -> None:
        """Make what was kept durable. Raises OSError."""
        if self.folder.exists():
            sync_folder(self.folder)

    def verify(self, key: str, expected: PartFile) -> None:
        """Compare the file of a part with what a manifest says. Raises ValueError naming the file, OSError."""
        path = self.path(key)
        if not path.is_file():
            raise ValueError(f"{path} is missing")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected.sha256:
                raise ValueError(f"{path} is damaged")
        self.sound[key] = expected

    def open(self, key: str, described: PartFile) -> Part:
        """A part whose content is read from disk each time. Reading raises ValueError when it is damaged, OSError."""
        return Part(key, lambda: self._read(key), described.content_bytes)

    def _read(self, key: str) -> Tree:
        import zstandard

        path = self.path(key)
        try:
            return unpack_tree(zstandard.ZstdDecompressor().decompress(path.read_bytes()))
        except (zstandard.ZstdError, ValueError) as error:
            raise ValueError(f"{path} is damaged: {error}") from error

    def collect(self, wanted: Container[str]) -> None:
        """Remove every part that is not `wanted`, and what a crash left half written."""
        if not self.folder.exists():
            return
        for path in self.folder.iterdir():
            if path.suffix != ".part" or path.stem not in wanted:
                self.sound.pop(path.stem, None)
                # Windows keeps a file that somebody reads; it goes the next time.
                with contextlib.suppress(OSError):
                    path.unlink()

    def copy(self, key: str, folder: Path) -> None:
        """Give another folder of parts this one: parts never change, so a link does where there can be one. Raises OSError."""
        folder.mkdir(exist_ok=True)
        source, target = self.path(key), folder / self.path(key).name
        try:
            os.link(source, target)
        except OSError:
            copy_file(source, target)
