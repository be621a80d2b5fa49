"""Commands to runs at work, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.runs.control import send
from retroml_core.runs.tailing import EventTail
from retroml_core.services.principal import LOCAL_USER, Principal, guard

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["Answer", "ControlService", "NotAtWork"]

POLL_SECONDS = 0.1
LIMIT_SECONDS = 180.0


class NotAtWork(Fault):
    """No process works on the run, so nobody takes a command."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a run said to a command: whether it was carried out, and in words what came of it."""

    ok: bool
    message: str


class ControlService:
    """Speaks to the processes of runs through their mailboxes."""

    def __init__(self, principal: Principal = LOCAL_USER, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._principal = principal
        self._sleep = sleep

    def ask(self, run: Run, verb: str, *, limit_seconds: float = LIMIT_SECONDS, **args: Any) -> Answer:
        """Send `verb` and wait for the answer. Raises NotAtWork when nobody is there, ControlError, OSError.

        When there is no answer in time the answer says so; the command may still be taken up later.
        """
        guard(self._principal, f"control.{verb}", run.id)
        state = run.status().state
        if not state.live:
            raise NotAtWork(f"{run.id} is {state}: there is no process to {verb} it")
        tail = EventTail(run.events_folder)
        tail.skip()
        command, deadline = send(run, verb, **args), time.monotonic() + limit_seconds
        while True:
            live = run.status().state.live
            for event in tail.read():
                if event.type == "control_ack" and event.data.get("id") == command:
                    return Answer(ok=bool(event.data["ok"]), message=str(event.data["message"]))
            if not live:
                return Answer(ok=False, message=f"{run.id} ended before it answered")
            if time.monotonic() > deadline:
                return Answer(ok=False, message=f"{run.id} did not answer within {limit_seconds:g} s")
            self._sleep(POLL_SECONDS)

    def wait_until(self, run: Run, reached: Callable[[Run], bool], *, limit_seconds: float = LIMIT_SECONDS) -> bool:
        """Wait until `reached(run)`; False when that took longer than the limit."""
        deadline = time.monotonic() + limit_seconds
        while not reached(run):
            if time.monotonic() > deadline:
                return False
            self._sleep(POLL_SECONDS)
        return True
