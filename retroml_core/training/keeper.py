"""What a run keeps of its training: full checkpoints to go on from, policies spread over time, the best model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from retroml_core.algorithm import StopTraining, Trainable, TrainingFault
from retroml_core.events import CheckpointSaved
from retroml_core.faults import Fault
from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore
from retroml_core.runs.fitting import differences, in_the_way, must_stay, state_settings
from retroml_core.training.snapshots import Schedule, Snapshots
from retroml_core.tree import not_finite

if TYPE_CHECKING:
    from retroml_core.environment import EnvInfo
    from retroml_core.training.attempt import Attempt
    from retroml_core.training.reporting import Reporter

__all__ = ["BEST_EPISODES", "CheckpointMismatch", "Keeper"]

BEST_EPISODES = 20
"""From how many episodes on their mean score says which model is the best."""

BEST_SLOTS = 50
"""The best model is looked for so often in a run. By the share of the budget, so that equal runs choose equal models."""

_UNANNOUNCED = "policy"


class CheckpointMismatch(Fault):
    """A checkpoint that this version of the algorithm, or the config as it is now, cannot take up."""


class Keeper:
    """Saves and restores one attempt. `tuned` holds the settings changed while training, which a resume applies again."""

    def __init__(self, attempt: Attempt, info: EnvInfo, trainable: Trainable, reporter: Reporter) -> None:
        self._attempt = attempt
        self._info = info
        self._trainable = trainable
        self._reporter = reporter
        self._spec = attempt.app.registry.algorithm(attempt.config.algorithm.name)
        self._settings = state_settings(attempt.config)
        self._best: tuple[bool, float] = (False, -math.inf)
        self._best_slot = 0
        self.tuned: dict[str, float] = {}
        self.store = CheckpointStore(attempt.run.checkpoints_folder)
        self.snapshots = Snapshots(self.store, attempt.config.checkpoints, self._saved)
        self.schedule = Schedule(attempt.config.checkpoints)

    def resume(self) -> int | None:
        """Take up the newest sound checkpoint; its step, or None when none was made yet.

        Raises CheckpointMismatch, also when there are checkpoints of which none can be read, TrainingFault when the algorithm
        fails to take it up, OSError.
        """
        self.store.recover()
        torn = self.store.unreadable()
        for name in torn:
            self._passed_over(name, "its manifest cannot be read")
        checkpoint = self.store.latest_full(lambda damaged, why: self._passed_over(damaged.name, why))
        if checkpoint is None and (torn or self.store.full()):
            raise CheckpointMismatch(
                f"none of the checkpoints of {self._attempt.run.id} can be read, so training cannot go on from where it was; "
                f"put them back from a copy, or begin anew with: retroml rerun {self._attempt.run.id}"
            )
        if checkpoint is not None:
            self._check_version(checkpoint)
            self._check_settings(checkpoint)
            tree = self.store.load_state(checkpoint)
            self._restore(tree["session"])
            self._take_up(checkpoint, tree["trainable"])
        attempt = self._attempt
        self.schedule.start(attempt.clock.seconds(), attempt.tally.steps, self._fraction())
        return None if checkpoint is None else checkpoint.step

    def save(self, why: str, *, wait: bool = True) -> str:
        """Make a full checkpoint; its name. Raises TrainingFault rather than keep parameters that are not numbers, OSError."""
        attempt = self._attempt
        if why in ("stop", "end"):
            self.keep_best(at_once=True)
        self._reporter.say()
        attempt.log.sync()
        self._trainable.flush()
        policy = self._policy()
        state = {"trainable": self._trainable.state(), "session": self._session_state()}
        self.snapshots.save(attempt.tally.steps, state, policy, self._meta(attempt.tally.mean()), why, at_once=wait)
        self.schedule.saved(attempt.clock.seconds(), attempt.tally.steps)
        if wait:
            self.snapshots.wait()
        return f"{attempt.tally.steps:012d}"

    def keep_due(self) -> None:
        """Save whatever is due, in the background. Raises TrainingFault, OSError."""
        attempt = self._attempt
        self.snapshots.check()
        self.keep_best()
        if self.schedule.full_due(attempt.clock.seconds(), attempt.tally.steps):
            self.save("interval", wait=False)
        elif self.schedule.policy_due(self._fraction()) and not self.snapshots.busy:
            self.snapshots.save(attempt.tally.steps, None, self._policy(), self._meta(attempt.tally.mean()), _UNANNOUNCED)
            self.schedule.policy_saved(self._fraction())

    def keep_best(self, *, at_once: bool = False) -> None:
        """Save the policy when the mean score of the last episodes is the highest so far, unless evaluations decide."""
        tally, slot = self._attempt.tally, int(self._fraction() * BEST_SLOTS)
        mean = tally.mean()
        if mean is None or len(tally.recent) < BEST_EPISODES or not (at_once or slot > self._best_slot):
            return
        self._best_slot = slot
        self._offer_best(evaluated=False, score=mean)

    def keep_evaluated(self, mean: float) -> None:
        """Save the policy when its evaluation is the best so far."""
        self._offer_best(evaluated=True, score=mean)

    def close(self) -> None:
        """Let everything be on disk."""
        self.snapshots.close()

    def _offer_best(self, *, evaluated: bool, score: float) -> None:
        if (evaluated, score) <= self._best or not math.isfinite(score):
            return
        self._best = (evaluated, score)
        self.snapshots.save(self._attempt.tally.steps, None, self._policy(), self._meta(score), "best", best=True)

    def _policy(self) -> dict[str, Any]:
        policy = self._trainable.policy()
        broken = not_finite(policy)
        if broken is not None:
            raise TrainingFault(
                f"the parameters {broken} are not numbers", metric=broken, hint="a lower learning rate often helps"
            )
        return policy

    def _fraction(self) -> float:
        return self._attempt.allowance.fraction(self._attempt.tally.steps, self._attempt.clock.seconds())

    def _meta(self, score: float | None) -> dict[str, Any]:
        attempt = self._attempt
        return {
            "score": score,
            "run": attempt.run.id,
            "attempt": attempt.number,
            "seconds": attempt.clock.seconds(),
            "update": attempt.tally.updates,
            "algorithm": self._spec.name,
            "state_version": self._spec.state_version,
            "settings": self._settings,
            "env": asdict(self._info),
        }

    def _session_state(self) -> dict[str, Any]:
        attempt = self._attempt
        return {
            "tally": attempt.tally.state(),
            "seconds": attempt.clock.seconds(),
            "metrics": self._reporter.metric_states(),
            "best": list(self._best),
            "best_slot": self._best_slot,
            "tuned": dict(self.tuned),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        attempt = self._attempt
        attempt.tally.restore(state["tally"])
        attempt.clock.reset(float(state["seconds"]))
        attempt.bus.step = attempt.tally.steps
        self._reporter.restore_metrics(state["metrics"])
        self._best = (bool(state["best"][0]), float(state["best"][1]))
        self._best_slot = int(state["best_slot"])
        self.tuned = {str(name): float(value) for name, value in state["tuned"].items()}

    def _check_version(self, checkpoint: Checkpoint) -> None:
        made = (checkpoint.meta.get("algorithm"), checkpoint.meta.get("state_version"))
        if made != (self._spec.name, self._spec.state_version):
            have = f"{self._spec.name}, state version {self._spec.state_version}"
            raise CheckpointMismatch(
                f"checkpoint {checkpoint.name} was written by {made[0]}, state version {made[1]}, but installed is {have}; "
                "install the version named in provenance.json to go on with this run"
            )

    def _check_settings(self, checkpoint: Checkpoint) -> None:
        """Refuse what the state cannot fit; say what else is not as it was when the state was saved."""
        then = checkpoint.meta.get("settings")
        changed = dict(differences(then, self._settings)) if then is not None else {}
        wrong = in_the_way(changed, must_stay(self._attempt.config))
        if wrong:
            raise CheckpointMismatch(
                f"the config changed since checkpoint {checkpoint.name} was saved, and training cannot go on with it: "
                f"{_listed(wrong)}; put that back in config.json and resume, or start a new run with the new settings"
            )
        if changed:
            hint = "training goes on with what it is now; the run cannot be repeated from its config alone"
            self._attempt.problem(f"the config changed since checkpoint {checkpoint.name}: {_listed(changed)}", hint=hint)

    def _take_up(self, checkpoint: Checkpoint, state: dict[str, Any]) -> None:
        try:
            self._trainable.restore(state)
        except (StopTraining, TrainingFault, Fault, OSError):
            raise
        except Exception as error:
            raise TrainingFault(
                f"checkpoint {checkpoint.name} could not be taken up: {type(error).__name__}: {error}",
                hint="start a new run, or report this to the author of the algorithm: out.log in the run folder says where",
            ) from error

    def _passed_over(self, name: str, why: str) -> None:
        self._attempt.problem(f"checkpoint {name} cannot be used: {why}", hint="the newest sound one is taken instead")

    def _saved(self, checkpoint: Checkpoint) -> None:
        attempt = self._attempt
        if checkpoint.why == _UNANNOUNCED:
            return
        data = CheckpointSaved(
            name=checkpoint.name, why=checkpoint.why, size_bytes=checkpoint.size_bytes, score=checkpoint.score
        )
        attempt.bus.say(data, checkpoint.step)
        if checkpoint.full:
            attempt.app.plugins.checkpoint_saved(attempt.run, checkpoint)


def _listed(changed: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {how}" for key, how in changed.items())
