"""Verifying a run, or a part of it: what to compare, from where to where, on which machine, and with what result."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.runs.checkpoints import CheckpointStore, DamagedCheckpoint
from retroml_core.training.building import thread_count
from retroml_core.training.devices import choose_device
from retroml_core.training.provenance import differences, here
from retroml_core.verifying.comparing import Comparison, first_difference
from retroml_core.verifying.findings import Divergence, Progress, Verdict, ignore
from retroml_core.verifying.play import check_play, compare_tapes
from retroml_core.verifying.recorded import Recorded, read_recorded
from retroml_core.verifying.reenactment import Reenactment

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig
    from retroml_core.tape import Tape
    from retroml_core.tree import Tree

__all__ = ["Segment", "verify_run"]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """What to verify: from step `first` (None: the beginning) to `last` (None: the end); with `play_only`, no training."""

    first: int | None = None
    last: int | None = None
    play_only: bool = False


def verify_run(app: App, run: Run, segment: Segment, progress: Progress = ignore) -> Verdict:
    """Verify `run`. Raises Fault when the segment cannot be verified at all, OSError."""
    return _Verification(app, run, segment, progress).carry_out()


class _Verification:
    def __init__(self, app: App, run: Run, segment: Segment, progress: Progress) -> None:
        self._app = app
        self._run = run
        self._segment = segment
        self._progress = progress
        self._config: ExperimentConfig = run.config(app)
        self._provenance = run.provenance()
        self._recorded: Recorded = read_recorded(run)
        self._store = CheckpointStore(run.checkpoints_folder)
        self._verdict = Verdict(run.id, *self._steps())

    def carry_out(self) -> Verdict:
        verdict = self._verdict
        verdict.differences = self._differences()
        verdict.found(self._changed_config())
        tape = self._tape()
        try:
            if tape is not None:
                self._check_play(tape)
            if not self._segment.play_only and self._can_train_again():
                self._train_again(tape)
        finally:
            if tape is not None:
                tape.close()
        return verdict

    # --- what is asked for --------------------------------------------------------------------------------------------

    def _steps(self) -> tuple[int, int]:
        recorded, asked = self._recorded, self._segment
        first = recorded.origin if asked.first is None else asked.first
        known = [recorded.origin, *recorded.stops(recorded.origin, recorded.last)]
        last = max((step for step in known if asked.last is None or step <= asked.last), default=first)
        if last <= first or first < recorded.origin:
            reach = f"it is recorded from step {recorded.origin:,} to {recorded.last:,}"
            raise Fault(f"nothing of {self._run.id} can be compared from step {first:,} to {asked.last or last:,}; {reach}")
        if not asked.play_only and first != 0 and self._checkpoint(first) is None:
            raise Fault(f"training can be carried out again from {self._beginnings()}; not from step {first:,}")
        return first, last

    def _checkpoint(self, step: int) -> Checkpoint | None:
        """The full checkpoint of `step`, also that of the run this one continues."""
        own = next((one for one in self._store.full() if one.step == step), None)
        if own is not None or step != self._recorded.origin:
            return own
        parent = self._run.folder.parent / str(self._config.parent.id) / "checkpoints"
        return next((one for one in CheckpointStore(parent).full() if one.step == step), None)

    def _beginnings(self) -> str:
        steps = [one.step for one in reversed(self._store.full()) if one.step < self._recorded.last]
        words = ["its start"] * (self._recorded.origin == 0) + [f"checkpoint {step}" for step in steps]
        return ", ".join(words) or "no checkpoint that is still kept"

    # --- what is compared ---------------------------------------------------------------------------------------------

    def _differences(self) -> list[str]:
        """In what this machine differs from the recorded one, and one attempt from the next."""
        if not self._provenance:
            return ["the run recorded nothing about the machine it ran on"]
        found = differences(self._provenance, here(choose_device(self._config.device), self._threads(), self._app.plugin_files))
        for earlier in self._provenance.get("earlier", []):
            found += [f"after attempt {earlier['attempt']}, {change}" for change in earlier["changed"]]
        return found

    def _threads(self) -> int:
        return int(self._provenance.get("threads") or thread_count(self._config.threads))

    def _changed_config(self) -> Divergence | None:
        """Whether `config.json` is the config that the run was trained with."""
        from retroml_core.config.composing import config_hash, to_tree

        made, now = self._provenance.get("config_hash"), config_hash(self._config)
        if made is None or made == now:
            return None
        then, here = self._provenance.get("config") or {}, to_tree(self._config)
        key = first_difference(then, here).strip("/").replace("/", ".") if then else ""
        what = (
            f"config.json says {key}={_at(here, key)}, the run was trained with {_at(then, key)}"
            if key
            else ("config.json is not the one the run was trained with")
        )
        return Divergence(step=self._verdict.first, kind="config", what=what, hint=f"config hash {now}, recorded {made}")

    def _tape(self) -> Tape | None:
        try:
            return self._run.tape(self._app)
        except (ValueError, FileNotFoundError) as error:
            self._verdict.unverifiable.append(f"play: {error}")
            return None

    def _check_play(self, tape: Tape) -> None:
        try:
            check_play(self._run, tape, self._recorded, self._verdict, self._progress)
        except ValueError as error:
            self._verdict.unverifiable.append(f"play: {error}")

    # --- training -----------------------------------------------------------------------------------------------------

    def _can_train_again(self) -> bool:
        spec = self._app.registry.algorithm(self._config.algorithm.name)
        first, why = self._verdict.first, ""
        others = [
            earlier["attempt"]
            for earlier in self._provenance.get("earlier", [])
            if earlier.get("config_hash", self._provenance.get("config_hash")) != self._provenance.get("config_hash")
        ]
        if "deterministic" not in spec.traits:
            why = f"{spec.title} does not promise to repeat exactly"
        elif self._config.budget.limit_seconds() is not None and self._provenance.get("v", 0) < 2:
            why = "its schedules followed the clock, and the version that made it did not record how"
        elif others and first < self._begun_by(max(others) + 1):
            begin = self._begun_by(max(others) + 1)
            why = f"its settings were changed after attempt {max(others)}; from step {begin:,} on it can be"
        elif self._device().startswith("cuda") and not self._config.deterministic:
            why = "it trained on a GPU without deterministic=true, which promises no equal bits"
        elif self._verdict.divergence is not None and self._verdict.divergence.kind == "config":
            why = "with another config it would come to something else"
        if why:
            self._verdict.unverifiable.append(f"training: {why}")
        return not why

    def _device(self) -> str:
        return str(self._provenance.get("device", {}).get("name", "cpu"))

    def _begun_by(self, attempt: int) -> int:
        """The step from which `attempt` trained."""
        for event in self._run.events({"run_state"}):
            if event.attempt == attempt and event.data.get("resumed_from") is not None:
                return int(event.data["resumed_from"])
        return 0

    def _train_again(self, tape: Tape | None) -> None:
        verdict = self._verdict
        try:
            state = self._beginning()
        except (OSError, DamagedCheckpoint) as error:
            what = f"checkpoint {verdict.first:012d} was changed after it was written: {error}"
            verdict.found(Divergence(step=verdict.first, kind="checkpoint", what=what))
            return
        with tempfile.TemporaryDirectory(prefix="retroml-verify-", ignore_cleanup_errors=True) as folder:
            again = Reenactment(
                self._app,
                self._config,
                self._recorded,
                Path(folder),
                device=choose_device(self._config.device),
                threads=self._threads(),
                state=state,
                tick=lambda: None,
            )
            try:
                self._compare(again, tape, Path(folder))
            finally:
                again.close()

    def _beginning(self) -> Tree | None:
        checkpoint = self._checkpoint(self._verdict.first)
        if checkpoint is None:
            return None
        store = CheckpointStore(checkpoint.folder.parent)
        store.verify(checkpoint)
        return store.load_state(checkpoint)

    def _compare(self, again: Reenactment, tape: Tape | None, scratch: Path) -> None:
        verdict = self._verdict
        comparison = Comparison(self._recorded, again, self._store, verdict)
        equal = verdict.first != 0 or comparison.at_stop()
        stops = self._recorded.stops(verdict.first, verdict.last)
        while stops and equal and not _beyond(verdict.divergence, again.steps):
            self._progress("carrying out training again", again.steps - verdict.first, verdict.last - verdict.first)
            if not again.advance_to(stops[0]):
                verdict.unverifiable.append(f"training: the algorithm cannot stop at step {stops[0]:,}")
                break
            equal = comparison.at_stop()
            verdict.trained_to = again.steps if equal else verdict.trained_to
            del stops[0]
        again.trainable.flush()
        if tape is not None:
            self._compare_tapes(tape, scratch, again.steps)

    def _compare_tapes(self, tape: Tape, scratch: Path, last: int) -> None:
        from retroml_core.tape import open_tape

        spec = self._app.registry.environment(self._config.environment.name)
        try:
            other = open_tape(scratch, spec.tape or "")
        except FileNotFoundError:
            return  # it was another before the first step
        try:
            found = compare_tapes(tape, other, self._verdict, last)
        except LookupError as error:
            self._verdict.unverifiable.append(f"the tape step by step: {error}")
            return
        finally:
            other.close()
        self._verdict.found(found)


def _beyond(divergence: Divergence | None, step: int) -> bool:
    """Whether nothing that comes after `step` can be earlier than what was found already."""
    return divergence is not None and step >= divergence.step


def _at(tree: Any, key: str) -> Any:
    for name in key.split("."):
        tree = tree.get(name) if isinstance(tree, dict) else tree
    return tree
