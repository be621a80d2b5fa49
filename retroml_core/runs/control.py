"""Commands from other processes: a mailbox of small files in the run folder, the same on every platform.

Whoever wants something leaves `control/<id>.json`; the process that works on the run takes it within a tenth of a second
or at its next step, and answers with a `control_ack` event.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.files import read_json, write_json

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["VERBS", "Command", "ControlError", "Mailbox", "send"]

VERBS = ("pause", "resume", "stop", "checkpoint", "watch", "set")


class ControlError(Fault):
    """A command that no run understands."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command; `fault` says what is wrong with it, "" when it was understood."""

    id: str
    verb: str
    args: Mapping[str, Any] = field(default_factory=dict)
    sent_at: float = 0.0
    fault: str = ""


def send(run: Run, verb: str, **args: Any) -> str:
    """Leave a command for the process of `run`; its id. Raises ControlError for an unknown verb, OSError.

    `set` takes `name` and `value`, `watch` takes `seconds`. The answer is a `control_ack` event with the id.
    """
    if verb not in VERBS:
        raise ControlError(f"there is no command {verb!r}; known are {', '.join(VERBS)}")
    now = time.time()
    identity = f"{int(now * 1000):013d}-{os.getpid()}-{secrets.token_hex(4)}"
    run.control_folder.mkdir(exist_ok=True)
    write_json(run.control_folder / f"{identity}.json", {"id": identity, "verb": verb, "args": args, "sent_at": now})
    return identity


class Mailbox:
    """The commands waiting in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self) -> list[Command]:
        """Remove and return what waits, oldest first; one that cannot be understood comes with its `fault`."""
        try:
            names = sorted(entry.name for entry in os.scandir(self._folder) if _is_command(entry.name))
        except FileNotFoundError:
            return []
        return [self._take(self._folder / name) for name in names]

    def _take(self, path: Path) -> Command:
        try:
            command = _parse(path.stem, read_json(path))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            command = Command(id=path.stem, verb="", fault=f"the command cannot be read: {error}")
        path.unlink(missing_ok=True)
        return command


def _is_command(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".")


def _parse(identity: str, raw: Any) -> Command:
    verb, args = str(raw.get("verb", "")), dict(raw.get("args") or {})
    fault = "" if verb in VERBS else f"there is no command {verb!r}; known are {', '.join(VERBS)}"
    return Command(id=identity, verb=verb, args=args, sent_at=float(raw.get("sent_at", 0.0)), fault=fault)
