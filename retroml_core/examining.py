"""When the policy is measured, and what is said about it: evaluation episodes during training and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.events import EvaluationFinished
from retroml_core.training.evaluation import play_games

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.algorithm import Trainable
    from retroml_core.environment import EpisodeEnd, VectorEnvironment
    from retroml_core.training.attempt import Attempt
    from retroml_core.training.building import Workshop
    from retroml_core.training.keeper import Keeper

__all__ = ["Examiner"]

SECONDS_A_MINUTE = 60.0


class Examiner:
    """Measures the policy of one attempt, outside of training time. A stop ends an evaluation at once."""

    def __init__(self, attempt: Attempt, workshop: Workshop, trainable: Trainable, keeper: Keeper) -> None:
        self._attempt = attempt
        self._workshop = workshop
        self._trainable = trainable
        self._keeper = keeper
        self._evaluated_at = 0.0

    def start(self) -> None:
        """The interval begins at where the clock stands."""
        self._evaluated_at = self._attempt.clock.seconds()

    def evaluate_if_due(self) -> None:
        """Measure the policy at hand when the interval is over, and keep it when it is the best so far."""
        every, seconds = self._attempt.config.evaluation.every_minutes, self._attempt.clock.seconds()
        if every is None or seconds - self._evaluated_at < every * SECONDS_A_MINUTE:
            return
        self._evaluated_at = seconds
        mean = self._evaluate(self._attempt.tally.steps)
        if mean is not None:
            self._keeper.keep_evaluated(mean)

    def evaluate_best(self) -> None:
        """Measure the best model at the end of training, unless an earlier attempt did. Changes the policy at hand."""
        best = self._keeper.store.best()
        step = self._attempt.tally.steps if best is None else best.step
        done = [e for e in self._attempt.run.events({"evaluation_finished"}) if e.step == self._attempt.tally.steps]
        if any(event.data.get("checkpoint_step") == step for event in done):
            return
        if best is not None:
            self._trainable.load_policy(self._keeper.store.load_policy(best))
        self._evaluate(step)

    def _evaluate(self, checkpoint_step: int) -> float | None:
        """Play the evaluation games; their mean score, or None when a stop came in between."""
        attempt, config = self._attempt, self._attempt.config.evaluation
        stops = attempt.control.stops
        attempt.doing("evaluating")
        self._trainable.seed_acting(self._workshop.seeds.integer("evaluation", "acting", checkpoint_step))

        def make(count: int, wave: int) -> VectorEnvironment:
            return self._workshop.environment(
                count,
                seed=self._workshop.seeds.integer("evaluation", checkpoint_step, wave),
                stream="evaluation",
                tape_folder=attempt.run.tape_folder,
                attempt=attempt.number,
                first_step=attempt.tally.steps,
                clock=attempt.clock.seconds,
            )

        def go_on() -> bool:
            attempt.control.tick()
            return attempt.control.stops == stops

        games = play_games(
            make, lambda obs: self._trainable.act(obs, greedy=config.greedy), config.episodes, config.max_steps, go_on
        )
        attempt.doing("")
        return None if games is None else self._say(checkpoint_step, games)

    def _say(self, checkpoint_step: int, games: Sequence[EpisodeEnd]) -> float:
        scores = tuple(game.score for game in games)
        mean = sum(scores) / len(scores)
        finished = EvaluationFinished(
            checkpoint_step=checkpoint_step,
            scores=scores,
            lengths=tuple(game.length for game in games),
            mean=mean,
            best=max(scores),
            greedy=self._attempt.config.evaluation.greedy,
            seconds=self._attempt.clock.seconds(),
        )
        self._attempt.bus.say(finished)
        return mean
