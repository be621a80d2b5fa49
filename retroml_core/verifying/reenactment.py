"""The training of a run carried out again in a scratch folder, from its start or from a full checkpoint.

All that training depends on besides config, seed, thread count and versions stands in the events: the share of the budget
that schedules went by, and the settings changed meanwhile. Pauses, saves, evaluations and viewers change nothing and are
left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.training.building import Workshop
from retroml_core.training.clock import Allowance
from retroml_core.verifying.recorded import Episode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retroml_core.algorithm import Report
    from retroml_core.app import App
    from retroml_core.environment import EpisodeEnd, VectorEnvironment
    from retroml_core.schema import ExperimentConfig
    from retroml_core.training.devices import Device
    from retroml_core.tree import Tree
    from retroml_core.verifying.recorded import Recorded

__all__ = ["Reenactment"]


class _Script:
    """The core's word to the algorithm: what it heard when it was recorded."""

    def __init__(self, allowance: Allowance, tick: Callable[[], None]) -> None:
        self._allowance = allowance
        self._tick = tick
        self.share = 0.0
        self.anchor = 0
        self.left = 0

    def tick(self) -> None:
        self._tick()

    def wants_return(self) -> bool:
        return False

    def fraction(self) -> float:
        return self.share if self._allowance.seconds is not None else self._allowance.fraction(self.anchor, 0.0)

    def remaining_steps(self) -> int:
        return self.left


class Reenactment:
    """Carries out `recorded` again; `state` is the tree of the full checkpoint to begin from, None: from the start.

    `tick` is called at least every second or so. Raises what building and restoring raise (ValueError, OSError).
    """

    def __init__(
        self,
        app: App,
        config: ExperimentConfig,
        recorded: Recorded,
        scratch: Path,
        *,
        device: Device,
        threads: int,
        state: Tree | None,
        tick: Callable[[], None],
    ) -> None:
        self.steps = self.updates = self._episode_count = 0
        self.episodes: list[Episode] = []
        self._recorded = recorded
        self._scratch = scratch
        self._workshop = Workshop(app, config)
        self._workshop.threads = threads
        self._script = _Script(Allowance(config.budget.limit_seconds(), config.budget.steps), tick)
        self.trainable = self._workshop.trainable(self._workshop.info(), device, self._environment)
        if state is not None:
            self._take_up(state)
        self._script.share = recorded.share_at(self.steps)

    def advance_to(self, step: int) -> bool:
        """Train up to `step`, the next of `Recorded.stops`; whether training stands exactly there and not beyond."""
        script = self._script
        while self.steps < step:
            script.left = step - self.steps
            report = self.trainable.advance(script)
            if not (report.steps or report.updates):
                raise Fault(f"the algorithm neither played nor learned at step {self.steps:,}")
            self._take(report)
        script.share = self._recorded.shares.get(self.steps, script.share)
        for name, value in self._recorded.tunings.get(self.steps, {}).items():
            self._tune(name, value)
        return self.steps == step

    def close(self) -> None:
        """Let go of environment and device."""
        self.trainable.close()

    def _take_up(self, state: Tree) -> None:
        tally = state["session"]["tally"]
        self.steps, self.updates = int(tally["steps"]), int(tally["updates"])
        self._episode_count, self._script.anchor = int(tally["episodes"]), int(tally["anchor"])
        self.trainable.restore(state["trainable"])
        for name, value in state["session"]["tuned"].items():
            self._tune(str(name), float(value))

    def _take(self, report: Report) -> None:
        self.steps += report.steps
        self.updates += report.updates
        if report.updates or report.steps < self._script.left:
            self._script.anchor = self.steps
        for end in report.episodes:
            self._episode_count += 1
            self.episodes.append(_episode(self.steps, self._episode_count, end))

    def _tune(self, name: str, value: float) -> None:
        tunable: Any = self.trainable
        tunable.tune(name, value)

    def _environment(self, count: int) -> VectorEnvironment:
        return self._workshop.environment(
            count,
            seed=self._workshop.seeds.integer("environment"),
            tape_folder=self._scratch / "tape",
            first_step=self.steps,
        )


def _episode(step: int, number: int, end: EpisodeEnd) -> Episode:
    return Episode(
        step=step,
        number=number,
        environment=end.environment,
        first_step=end.first_step,
        length=end.length,
        score=end.score,
        truncated=end.truncated,
    )
