"""What went wrong inside the app, kept as text files under `<root>/cache/crashes` and ready to be copied."""

from __future__ import annotations

import contextlib
import datetime
import platform
import traceback
from importlib import metadata
from pathlib import Path

__all__ = ["CrashLog"]

KEPT = 20


class CrashLog:
    """Writes reports into `folder`; the newest are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.last = ""

    def report(self, where: str, error: BaseException) -> str:
        """A report about `error`, raised in `where`; also written to a file when the disk allows."""
        now = datetime.datetime.now(datetime.UTC)
        versions = ", ".join(f"{name} {_version(name)}" for name in ("retroml-core", "retroml-dearpygui", "dearpygui"))
        self.last = "\n".join(
            [
                f"Retro ML desktop, {now.isoformat(timespec='seconds')}: error in {where}",
                f"{versions}, Python {platform.python_version()}, {platform.platform()}",
                "".join(traceback.format_exception(error)),
            ]
        )
        with contextlib.suppress(OSError):  # the report is still shown
            self._write(now, self.last)
        return self.last

    def _write(self, now: datetime.datetime, text: str) -> None:
        self.folder.mkdir(exist_ok=True)  # never the data folder itself, which may have gone away
        (self.folder / f"{now:%Y%m%dT%H%M%S%f}.txt").write_text(text, encoding="utf-8")
        for old in sorted(self.folder.glob("*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "?"
