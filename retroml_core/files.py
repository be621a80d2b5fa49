"""Writing files so that a reader never sees half of one, whatever is killed and whenever; and what folders take."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

__all__ = ["copy_file", "folder_bytes", "read_json", "replace", "sync_folder", "whole", "write_bytes", "write_json"]


def write_bytes(path: Path, data: bytes) -> None:
    """Write `path` whole: temporary name, fsync, rename. Raises OSError; the old file is then untouched."""
    with whole(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary path to write `path` to: afterwards it is made durable and renamed; after an exception it is removed.

    An OSError names `path`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(temporary):
            error.filename = str(path)
        raise


def copy_file(source: str | Path, target: str | Path) -> None:
    """Write `target` whole, with what is in `source`. Raises OSError."""
    with whole(Path(target)) as temporary:
        shutil.copyfile(source, temporary)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as readable JSON, whole."""
    write_bytes(path, (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> Any:
    """The JSON in `path`. Raises OSError when it cannot be read, ValueError (naming the file) when it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from error


def replace(source: Path, target: Path, *, patience_seconds: float = 2.0) -> None:
    """Rename over `target`; on Windows, where a reader's open handle forbids it for a moment, try again for a while."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            source.replace(target)
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def folder_bytes(path: Path) -> int:
    """The bytes of a file, or of all files under a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for file in [path] if path.is_file() else (Path(folder) / name for folder, _, names in os.walk(path) for name in names):
        with suppress(OSError):
            total += file.stat().st_size
    return total


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` durable; nothing on Windows, which cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
