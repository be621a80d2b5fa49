"""A training session: the loop around an algorithm, with its budget, commands, checkpoints and evaluation.

    begin (build, resume) -> chunk, report, keep, obey ... -> end (save, evaluate)

It runs in one thread. What an algorithm raises passes through; the worker turns it into words.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from retroml_core.algorithm import TrainingFault
from retroml_core.events import Fingerprint, RunOutcome, RunState, TrainingComplete
from retroml_core.examining import Examiner
from retroml_core.live import live_file
from retroml_core.training.broadcast import Broadcast
from retroml_core.training.building import Workshop
from retroml_core.training.keeper import Keeper
from retroml_core.training.memory import MemoryScarce
from retroml_core.training.reporting import Reporter, open_metrics
from retroml_core.training.starting import note_game
from retroml_core.training.tuning import NotTunable, read_tuning

if TYPE_CHECKING:
    from retroml_core.algorithm import Trainable
    from retroml_core.environment import VectorEnvironment
    from retroml_core.runs.control import Command
    from retroml_core.training.attempt import Attempt

__all__ = ["Session"]

FINGERPRINT_UPDATES = 100
FINGERPRINT_SECONDS = 0.5
FINGERPRINT_PATIENCE_SECONDS = 20.0
PAUSE_POLL_SECONDS = 0.1


class Session:
    """One attempt's training. Use as a context manager, `run` once."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.workshop = Workshop(attempt.app, attempt.config)
        self.info = self.workshop.info()
        self.broadcast = Broadcast(live_file(attempt.run.folder), self.info, attempt.number, attempt.problem)
        attempt.control.watch = self.broadcast.admit
        self.trainable: Trainable = self.workshop.trainable(
            self.info, attempt.device, self._training_environment, self.broadcast
        )
        self.reporter = Reporter(attempt, self.info, open_metrics(attempt))
        self.keeper = Keeper(attempt, self.info, self.trainable, self.reporter)
        self.examiner = Examiner(attempt, self.workshop, self.trainable, self.keeper)
        self._noted = False
        self._fingerprinted_at = 0.0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.keeper.close()
        self.trainable.close()
        self.broadcast.close()

    def run(self) -> RunOutcome:
        """Train until the budget is used up or somebody wants an end.

        The outcome is COMPLETED, STOPPED, or PAUSED: somebody wants a paused run to go on, in a further attempt. Raises
        TrainingFault, MemoryScarce, OSError, StopTraining and whatever the algorithm raises.
        """
        self._begin()
        control = self.attempt.control
        while not self._used_up() and not control.ends and not control.pause:
            self._chunk()
        self.reporter.say()
        if control.out_of_memory and control.stop is None:
            self.keeper.save("memory")
            raise MemoryScarce(control.out_of_memory)
        if control.pause and control.stop is None:
            return self._pause()
        return self._end()

    def _training_environment(self, count: int) -> VectorEnvironment:
        attempt = self.attempt
        with attempt.clock.standing():
            return self.workshop.environment(
                count,
                seed=self.workshop.seeds.integer("environment"),
                tape_folder=attempt.run.tape_folder,
                attempt=attempt.number,
                first_step=attempt.tally.steps,
                clock=attempt.clock.seconds,
            )

    def _begin(self) -> None:
        attempt = self.attempt
        resumed_from = self.keeper.resume()
        if attempt.number > 1 and resumed_from is None:
            resumed_from = 0
        for name, value in self.keeper.tuned.items():
            self._tune(name, value)
        self.examiner.start()
        self.reporter.start()
        attempt.move(RunState.RUNNING, resumed_from=resumed_from)

    def _used_up(self) -> bool:
        attempt = self.attempt
        return attempt.allowance.fraction(attempt.tally.steps, attempt.clock.seconds()) >= 1.0

    def _chunk(self) -> None:
        """Train for one chunk, then do what is due at the safe point after it."""
        attempt, control, tally = self.attempt, self.attempt.control, self.attempt.tally
        control.returned_early = False
        if tally.steps == 0:
            self.keeper.keep_due()
        with attempt.clock.running():
            report = self.trainable.advance(control)
        if not (report.steps or report.updates or control.returned_early):
            raise TrainingFault(f"{attempt.config.algorithm.name} neither played nor learned when it was asked to")
        if report.updates or not control.returned_early:
            tally.anchor = tally.steps + report.steps
        self.reporter.take(report)
        if not self._noted:
            self._noted = True
            self.trainable.flush()
            note_game(attempt)
        control.tick()
        self._obey()
        if not control.returned_early:
            self.keeper.keep_due()
        if report.updates:
            self._fingerprint()
        if not self._used_up():
            self.examiner.evaluate_if_due()

    def _obey(self) -> None:
        """Settings change before anything is saved, so that whoever resumes from this step has those changed at it."""
        control = self.attempt.control
        while control.tune:
            self._take_tune(control.tune.pop(0))
        while control.checkpoint:
            name = self.keeper.save("asked")
            control.answer(control.checkpoint.pop(0), True, f"saved checkpoint {name}")

    def _take_tune(self, command: Command) -> None:
        try:
            name, value = read_tuning(self.attempt.config.algorithm, self.trainable, command.args)
        except NotTunable as refusal:
            self.attempt.control.answer(command, False, str(refusal))
            return
        self._tune(name, value)
        self.keeper.tuned[name] = value
        self.attempt.control.answer(command, True, f"{name} is now {value:g}", args={"name": name, "value": value})

    def _tune(self, name: str, value: float) -> None:
        tunable: Any = self.trainable
        tunable.tune(name, value)

    def _fingerprint(self, *, now: bool = False) -> None:
        """Say the digests each hundred updates or twenty seconds, unless updates are so quick that this would cost time."""
        updates, moment = self.attempt.tally.updates, time.monotonic()
        since = moment - self._fingerprinted_at
        due = updates % FINGERPRINT_UPDATES == 0 and since >= FINGERPRINT_SECONDS
        if now or due or since >= FINGERPRINT_PATIENCE_SECONDS:
            self._fingerprinted_at = moment
            play = self.trainable.flush()
            self.attempt.bus.say(Fingerprint(update=updates, parameters=self.trainable.fingerprint(), play=play))

    def _pause(self) -> RunOutcome:
        """Save, free the device, and wait for what comes: a resume or a stop."""
        attempt, control = self.attempt, self.attempt.control
        self._obey()
        self._fingerprint(now=True)
        name = self.keeper.save("pause")
        self.trainable.close()
        control.paused = True
        attempt.move(RunState.PAUSED, f"paused at step {attempt.tally.steps:,}")
        while control.pause:
            control.answer(control.pause.pop(0), True, f"paused; saved checkpoint {name}")
        while control.stop is None and not control.resume:
            time.sleep(PAUSE_POLL_SECONDS)
            control.poll()
        while control.resume:
            control.answer(control.resume.pop(0), control.stop is None, "going on" if control.stop is None else "it stops")
        if control.stop is not None:
            return RunOutcome(state=RunState.STOPPED, steps=attempt.tally.steps, reason=control.stop, checkpoint=name)
        return RunOutcome(state=RunState.PAUSED, steps=attempt.tally.steps, checkpoint=name)

    def _end(self) -> RunOutcome:
        attempt, control, tally = self.attempt, self.attempt.control, self.attempt.tally
        completed = self._used_up()
        if not completed:
            attempt.move(RunState.STOPPING, control.stop or "")
        control.refuse_all("training is over")
        self._fingerprint(now=True)
        name = self.keeper.save("end" if completed else "stop")
        if completed:
            attempt.bus.say(
                TrainingComplete(
                    steps=tally.steps,
                    episodes=tally.episodes,
                    seconds=attempt.clock.seconds(),
                    mean=tally.mean(),
                    best=tally.best,
                )
            )
        if tally.steps > 0 and not control.preempted:
            self.examiner.evaluate_best()
        state = RunState.COMPLETED if completed and not control.preempted else RunState.STOPPED
        reason = "" if state is RunState.COMPLETED else control.stop or ""
        return RunOutcome(state=state, steps=tally.steps, reason=reason, checkpoint=name, metrics=self._summary())

    def _summary(self) -> dict[str, float]:
        tally = self.attempt.tally
        figures = {"score/mean": tally.mean(), "score/best": tally.best, "time/seconds": self.attempt.clock.seconds()}
        return {name: value for name, value in figures.items() if value is not None}
