"""The contract of algorithms: what `advance` owes."""

from __future__ import annotations

import math

import numpy as np

from retroml_core.algorithm import StopTraining
from retroml_core.metrics import is_reported
from retroml_core.testing.algorithm_base import AlgorithmBase, Make
from retroml_core.testing.checks import require
from retroml_core.testing.control import FakeControl
from retroml_core.testing.declarations import METRIC_NAME

__all__ = ["Training"]


class Training(AlgorithmBase):
    """What `advance` owes."""

    def test_a_chunk_reports_its_steps(self, make: Make) -> None:
        """Every chunk takes steps, and a report counts those of its chunk alone, and its updates."""
        reports = self._train(make())
        for report in reports:
            require(report.steps > 0, "a chunk took no step: say steps in Report.steps; `update` must make `ready` false again")
        steps, updates = sum(report.steps for report in reports), sum(report.updates for report in reports)
        for game in self.played:
            require(
                steps == game.steps, f"{steps} steps were reported, {game.steps} played: count those of a chunk, in all games"
            )
            require(
                game.policy_version == updates, f"after {updates} updates say note_policy({updates}), not {game.policy_version}"
            )

    def test_it_keeps_to_a_budget_in_steps(self, make: Make) -> None:
        """`control.remaining_steps` is not exceeded by more than the last step of all games together."""
        steps = make().advance(FakeControl(steps_left=1)).steps
        most = max([1, *(game.count for game in self.played)])
        require(steps <= most, f"1 step was left but {steps} were taken: ask control.remaining_steps() before each")

    def test_every_game_is_reported_once(self, make: Make) -> None:
        """The episodes of all reports are those the environment ended, in order."""
        numbers = [episode.number for report in self._train(make(), 3) for episode in report.episodes]
        require(numbers, "Report.episodes was empty throughout: pass on Transition.episodes")
        require(len(set(numbers)) == len(numbers), f"episodes were reported twice: {numbers}; clear the list after a report")
        for game in self.played:
            lost = set(range(1, game.episodes + 1)) - set(game.state()["number"].tolist()) - set(numbers)
            require(not lost, f"games {sorted(lost)} ended but are in no report: pass on Transition.episodes of every step")

    def test_metrics_are_finite_numbers_with_path_names(self, make: Make) -> None:
        """Names look like `loss/policy`; values are finite floats."""
        for report in self._train(make()):
            for name, value in report.metrics.items():
                require(METRIC_NAME.fullmatch(name), f"metric {name!r}: use a name like 'loss/policy' (docs/metrics.md)")
                require(
                    isinstance(value, float | int) and math.isfinite(value), f"metric {name} is {value!r}: use a finite float"
                )
            unknown = [name for name in report.metrics if self.spec.reports and not is_reported(name, self.spec.reports)]
            require(not unknown, f"{unknown} are not in AlgorithmSpec.reports: add them there with their units")

    def test_samples_are_flat_arrays(self, make: Make) -> None:
        """The arrays for metric plugins have one axis."""
        for report in self._train(make()):
            for name, array in report.samples.items():
                require(np.ndim(array) == 1, f"sample {name!r} must have shape (n,), not {np.shape(array)}: use .ravel()")

    def test_it_ticks(self, make: Make) -> None:
        """`control.tick` is called, so that pausing and stopping are prompt."""
        control = FakeControl()
        make().advance(control)
        require(control.ticks > 0, "`advance` must call control.tick() at least once a vector step and once a minibatch")

    def test_it_returns_when_asked(self, make: Make) -> None:
        """While the core waits, `advance` returns at the next safe point."""
        trainable, control = make(), FakeControl(return_after=1)
        self._train(trainable, 1)
        trainable.advance(control)
        require(control.ticks <= 2, f"`advance` ticked {control.ticks} times after wants_return(): check it in every step")

    def test_an_emergency_stop_passes_through(self, make: Make) -> None:
        """StopTraining, raised by `tick`, is not caught."""
        trainable = make()
        try:
            for _ in range(50):
                trainable.advance(FakeControl(stop_after=1))
        except StopTraining:
            return
        require(False, "`advance` swallowed StopTraining: catch only exceptions you expect")

    def test_it_learns_something(self, make: Make) -> None:
        """Training changes the parameters, when the spec's traits say that it learns."""
        trainable = make()
        before = trainable.fingerprint()
        self._train(trainable)
        if "learns" in self.spec.traits:
            require(trainable.fingerprint() != before, "the fingerprint is the same after training: does `update` learn?")

    def test_the_same_seed_gives_the_same_result(self, make: Make) -> None:
        """Two runs of one seed end with equal parameters, when the spec's traits promise it."""
        if "deterministic" not in self.spec.traits:
            return
        one, two = make(3), make(3)
        self._train(one)
        self._train(two)
        require(one.fingerprint() == two.fingerprint(), "one seed gave two results: draw everything from build.seeds")
