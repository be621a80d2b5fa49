"""How a run stands when its `state.json` is gone or damaged: as its events and checkpoints tell it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.events import RunState
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.eventlog import event_files, read_backwards

if TYPE_CHECKING:
    from retroml_core.events import Event
    from retroml_core.runs.checkpoints import Checkpoint

__all__ = ["UNREADABLE", "recovered"]

UNREADABLE = "state.json cannot be read"
"""Stands in the reason of every status that was recovered."""

_WANTED = frozenset({"run_state", "timestep_update", "reward_update"})


def recovered(folder: Path) -> dict[str, Any]:
    """The fields of a `RunStatus` for the run in `folder`; none when it left neither events nor checkpoints.

    A run that ended is as it ended, any other is interrupted.
    """
    last = _last_events(folder / "events")
    checkpoints = CheckpointStore(folder / "checkpoints").list()
    if not last and not checkpoints:
        return {}
    return _standing(checkpoints) | _progress(last) | _end(last)


def _standing(checkpoints: list[Checkpoint]) -> dict[str, Any]:
    if not checkpoints:
        return {}
    newest = checkpoints[-1]
    return {"step": newest.step, "seconds": float(newest.meta.get("seconds") or 0.0), "mean_score": newest.score}


def _progress(last: Mapping[str, Event]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "timestep_update" in last:
        told = last["timestep_update"].data
        found = {key: told[key] for key in ("frames", "episodes", "fraction", "seconds") if key in told}
        found["step"] = max(last.values(), key=lambda event: event.seq).step
    if "reward_update" in last:
        told = last["reward_update"].data
        found |= {f"{key}_score": told.get(key) for key in ("mean", "best", "last")}
    return found


def _end(last: Mapping[str, Event]) -> dict[str, Any]:
    state, told = RunState.INTERRUPTED, ""
    if "run_state" in last:
        with contextlib.suppress(ValueError):
            state = RunState(last["run_state"].data.get("state", ""))
        told = last["run_state"].data.get("reason", "")
    attempt = max((event.attempt for event in last.values()), default=0)
    if not state.ended or state is RunState.INTERRUPTED:
        reason = f"{UNREADABLE}; resume it to go on from its last checkpoint"
        return {"state": RunState.INTERRUPTED, "attempt": attempt, "reason": reason}
    reason = "; ".join(part for part in (told, f"{UNREADABLE}, its events say how it ended") if part)
    whole = {"fraction": 1.0} if state is RunState.COMPLETED else {}
    return {"state": state, "attempt": attempt, "reason": reason, **whole}


def _last_events(folder: Path) -> dict[str, Event]:
    """The last event of each type, read from the end until all that are wanted are there."""
    found: dict[str, Event] = {}
    for path in reversed(event_files(folder)):
        with contextlib.suppress(OSError):
            for event in read_backwards(path):
                found.setdefault(event.type, event)
                if found.keys() >= _WANTED:
                    return found
    return found
