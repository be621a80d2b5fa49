"""Comparing what a re-enactment came to with what was recorded, at the steps where something was."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore, DamagedCheckpoint
from retroml_core.tree import digest
from retroml_core.verifying.findings import Divergence

if TYPE_CHECKING:
    from retroml_core.verifying.findings import Verdict
    from retroml_core.verifying.recorded import Print, Recorded
    from retroml_core.verifying.reenactment import Reenactment

__all__ = ["Comparison", "first_difference"]


class Comparison:
    """Holds `reenactment` against `recorded`; counts and findings go into `verdict`."""

    def __init__(self, recorded: Recorded, reenactment: Reenactment, store: CheckpointStore, verdict: Verdict) -> None:
        self._reenactment = reenactment
        self._verdict = verdict
        self._store = store
        self._equal_until = "from the start" if verdict.first == 0 else f"at checkpoint {verdict.first:,}"
        self._compared = 0
        self._episodes = [one for one in recorded.episodes if verdict.first < one.step <= verdict.last]
        self._told_at = [one.step for one in self._episodes]
        self._prints: dict[int, list[Print]] = defaultdict(list)
        self._checkpoints: dict[int, list[Checkpoint]] = defaultdict(list)
        for one in recorded.prints:
            self._prints[one.step].append(one)
        for checkpoint in recorded.checkpoints:
            self._checkpoints[checkpoint.step].append(checkpoint)

    def at_stop(self) -> bool:
        """Compare all that was recorded at the step where the re-enactment stands; whether it is as recorded."""
        step = self._reenactment.steps
        found = [self._episode_difference()]
        found += [self._print_difference(one) for one in self._prints[step]]
        found += [self._checkpoint_difference(one) for one in self._checkpoints[step]]
        self._verdict.found(*found)
        return not any(found)

    def _episode_difference(self) -> Divergence | None:
        """Hold the games that ended since the last stop against those told by then."""
        played, told = self._reenactment.episodes, bisect_right(self._told_at, self._reenactment.steps)
        while self._compared < max(len(played), told):
            index, self._compared = self._compared, self._compared + 1
            now = played[index] if index < len(played) else None
            then = self._episodes[index] if index < told else None
            if now is None or then is None or now != then:
                where = min(one.step for one in (now, then) if one is not None)
                number = (then or now).number  # type: ignore[union-attr]  # one of them is there
                what = f"episode {number}: recorded is {then or 'nothing'}; carried out again it is {now or 'not there'}"
                return Divergence(step=where, kind="episode", what=what)
            self._verdict.count("episodes")
        return None

    def _print_difference(self, recorded: Print) -> Divergence | None:
        now, step = self._reenactment, recorded.step
        self._verdict.count("fingerprints")
        if recorded.play and now.trainable.flush() != recorded.play:
            what = "the hash chain over actions, observations and rewards is not the one recorded"
            return Divergence(step=step, kind="play", what=what, hint=f"play and parameters were equal {self._equal_until}")
        if (now.updates, now.trainable.fingerprint()) != (recorded.update, recorded.parameters):
            what = f"the parameters after update {now.updates} are not those recorded after update {recorded.update}"
            return Divergence(step=step, kind="parameters", what=what, hint=f"they were equal {self._equal_until}")
        self._equal_until = f"at step {step:,}, after update {recorded.update}"
        return None

    def _checkpoint_difference(self, checkpoint: Checkpoint) -> Divergence | None:
        """The files must be those that were written, and hold what training came to."""
        name, step, trainable = checkpoint.name, checkpoint.step, self._reenactment.trainable
        self._verdict.count("checkpoints")
        try:
            self._store.verify(checkpoint)
            kept = {"policy": self._store.load_policy(checkpoint)}
            made = {"policy": trainable.policy()}
            if checkpoint.full:
                kept["state"] = self._store.load_state(checkpoint)["trainable"]
                made["state"] = trainable.state()
        except (OSError, DamagedCheckpoint) as error:
            return Divergence(step=step, kind="checkpoint", what=f"checkpoint {name} was changed after it was written: {error}")
        if digest(kept) == digest(made):
            return None
        what = f"checkpoint {name} holds another {first_difference(kept, made)} than training came to"
        return Divergence(step=step, kind="checkpoint", what=what, hint=f"all was equal {self._equal_until}")


def first_difference(one: Any, other: Any, path: str = "") -> str:
    """The path of the first leaf in which two plain trees differ; "" when they are equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if key not in one or key not in other:
                return f"{path}/{key}"
            if found := first_difference(one[key], other[key], f"{path}/{key}"):
                return found
        return ""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        paths = (first_difference(*pair, f"{path}/{i}") for i, pair in enumerate(zip(one, other, strict=True)))
        return next(filter(None, paths), "")
    return "" if digest({"leaf": one}) == digest({"leaf": other}) else path
