"""Telling people how far the set-up is."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO


@dataclass
class Progress:
    """Says which of `total` steps runs and for how long: one line rewritten in place on a terminal, plain lines elsewhere."""

    stream: TextIO
    total: int
    clock: Callable[[], float] = time.monotonic
    _number: int = field(default=0, init=False)
    _started: float = field(default=0.0, init=False)
    _title: str = field(default="", init=False)

    def begin(self, title: str) -> None:
        """Step `title` begins."""
        self._number += 1
        self._started, self._title = self.clock(), f"[{self._number}/{self.total}] {title}"
        if self.stream.isatty():
            self.tick("")
        else:
            self.say(f"{self._title} ...")

    def tick(self, detail: str) -> None:
        """The step goes on; `detail` is what is being done just now. Shown on a terminal only."""
        if self.stream.isatty():
            width = shutil.get_terminal_size().columns - 1
            self._write(f"\r{self._title}  {self._elapsed()}  {detail}"[: width + 1].ljust(width + 1))

    def end(self) -> None:
        """The step went well."""
        self.say(f"{self._title}: done in {self._elapsed()}")

    def say(self, text: str) -> None:
        """Write `text` on lines of its own."""
        blank = "\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r" if self.stream.isatty() else ""
        self._write(f"{blank}{text}\n")

    def _elapsed(self) -> str:
        minutes, seconds = divmod(self._seconds(), 60)
        return f"{minutes}:{seconds:02d}"

    def _seconds(self) -> int:
        return int(self.clock() - self._started)

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


class LineProgress(Progress):
    """For programs: a JSON object a line with `step`, `of`, `title`, `seconds` and `detail`, what is being done just now.

    What is said to people comes as `{"said": text}`.
    """

    def begin(self, title: str) -> None:
        """Step `title` begins."""
        self._number += 1
        self._started, self._title = self.clock(), title
        self.tick("")

    def tick(self, detail: str) -> None:
        """The step goes on."""
        line = {"step": self._number, "of": self.total, "title": self._title, "seconds": self._seconds(), "detail": detail}
        self._write(json.dumps(line) + "\n")

    def end(self) -> None:
        """The step went well: the next line tells of what comes after it."""

    def say(self, text: str) -> None:
        """Pass on what people are told."""
        self._write(json.dumps({"said": text.strip()}) + "\n")
