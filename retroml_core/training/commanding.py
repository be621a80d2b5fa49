"""The core's word to an algorithm at work: commands from the mailbox, signals and the budget, looked at ten times a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from retroml_core.events import ControlAck

if TYPE_CHECKING:
    from retroml_core.runs.control import Command, Mailbox
    from retroml_core.training.bus import MetricEventBus
    from retroml_core.training.clock import Allowance, TrainingClock
    from retroml_core.training.tally import Tally

__all__ = ["RunControl"]

POLL_SECONDS = 0.1


class RunControl:
    """Implements `retroml_core.algorithm.Control`, and keeps what the session has to do at the next safe point.

    `pause`, `checkpoint` and `tune` hold commands to carry out, `stop` the reason to end (None: go on), asked for `stops`
    times. `preempted` says that the machine wants its process back: no films then. `over` says that the attempt has ended and
    only its last state is still to be written. `check` raises what a background thread met.
    `scarce` asks whether memory is nearly used up, in words; once it is, `out_of_memory` says so and training is to return.
    `watch(seconds)` is called when somebody watches for so long; whether nobody did before. `share` of the budget used, as last
    reported, drives schedules where the budget is in time: so the events of a run say all that its training depended on.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        bus: MetricEventBus,
        *,
        clock: TrainingClock,
        allowance: Allowance,
        tally: Tally,
        since: float,
        check: Callable[[], None] = lambda: None,
        scarce: Callable[[], str] = lambda: "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mailbox = mailbox
        self._bus = bus
        self._clock = clock
        self._allowance = allowance
        self._tally = tally
        self._since = since
        self._check = check
        self._scarce = scarce
        self._now = now
        self._next_poll = 0.0
        self.pause: list[Command] = []
        self.resume: list[Command] = []
        self.checkpoint: list[Command] = []
        self.tune: list[Command] = []
        self.share = 0.0
        self.stop: str | None = None
        self.out_of_memory = ""
        self.stops = 0
        self.signals = 0
        self.over = False
        self.preempted = False
        self.watch: Callable[[float], bool] = lambda _: True
        self.paused = False
        self.returned_early = False

    def tick(self) -> None:
        """See `Control.tick`."""
        if self._now() >= self._next_poll:
            self.poll()

    @property
    def ends(self) -> bool:
        """Whether training is to end: somebody wants it to, or there is no memory left to go on."""
        return self.stop is not None or bool(self.out_of_memory)

    def wants_return(self) -> bool:
        """See `Control.wants_return`."""
        self.tick()
        wanted = self.ends or bool(self.pause or self.checkpoint) or self._out_of_time()
        self.returned_early = self.returned_early or wanted
        return wanted

    def fraction(self) -> float:
        """See `Control.fraction`. Steps are those of whole chunks, so that a pause in the middle of one changes nothing."""
        return self.share if self._allowance.seconds is not None else self._allowance.fraction(self._tally.anchor, 0.0)

    def remaining_steps(self) -> int | None:
        """See `Control.remaining_steps`; as of the beginning of the chunk."""
        return self._allowance.remaining_steps(self._tally.steps)

    def request_stop(self, reason: str, *, preempted: bool = False) -> None:
        """Stop at the next safe point. Safe to call from a signal handler."""
        self.stop = self.stop or reason
        self.stops += 1
        self.preempted = self.preempted or preempted

    def poll(self) -> None:
        """Take what waits in the mailbox now. Raises what a background thread met."""
        self._next_poll = self._now() + POLL_SECONDS
        self._check()
        self.out_of_memory = self.out_of_memory or self._scarce()
        for command in self._mailbox.take():
            self._take(command)

    def answer(self, command: Command, ok: bool, message: str, *, args: Mapping[str, Any] | None = None) -> None:
        """Acknowledge `command`; `args` are those it was carried out with, where training depends on them."""
        self._bus.say(ControlAck(id=command.id, verb=command.verb, ok=ok, message=message, args=args or {}))

    def refuse_all(self, message: str) -> None:
        """Answer what was not carried out."""
        for waiting in (self.pause, self.resume, self.checkpoint, self.tune):
            for command in waiting:
                self.answer(command, False, message)
            waiting.clear()

    def _out_of_time(self) -> bool:
        limit = self._allowance.seconds
        return limit is not None and self._clock.seconds() >= limit

    def _take(self, command: Command) -> None:
        if command.fault:
            self.answer(command, False, command.fault)
        elif command.sent_at < self._since:
            self.answer(command, False, "it was left before this attempt began; send it again if it is still meant")
        else:
            getattr(self, f"_take_{command.verb}")(command)

    def _take_pause(self, command: Command) -> None:
        if self.paused:
            self.answer(command, True, "it is paused already")
        else:
            self.pause.append(command)

    def _take_resume(self, command: Command) -> None:
        if self.paused:
            self.resume.append(command)
        else:
            self.answer(command, False, "it is not paused")

    def _take_stop(self, command: Command) -> None:
        self.request_stop("asked to stop")
        self.answer(command, True, "stopping")

    def _take_checkpoint(self, command: Command) -> None:
        if self.paused:
            self.answer(command, True, "a paused run is saved already")
        else:
            self.checkpoint.append(command)

    def _take_watch(self, command: Command) -> None:
        try:
            seconds = float(command.args.get("seconds", 15.0))
        except (TypeError, ValueError):
            self.answer(command, False, f"seconds={command.args.get('seconds')!r} is not a number")
            return
        # Viewers renew their wish every few seconds; an answer to each would fill the events of the run.
        if self.watch(seconds):
            self.answer(command, True, "watched")

    def _take_set(self, command: Command) -> None:
        if self.paused:
            self.answer(command, False, "it is paused; resume it first")
        else:
            self.tune.append(command)
