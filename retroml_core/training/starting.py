"""What happens around the training of an attempt: provenance, live exporters, and failing before anything began."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from retroml_core.events import ProblemFound, RunState, RunStateChanged
from retroml_core.faults import told
from retroml_core.files import write_json
from retroml_core.plugins.registry import resolve
from retroml_core.training.building import thread_count

if TYPE_CHECKING:
    from retroml_core.exporting import LiveExporter
    from retroml_core.runs.run import Run
    from retroml_core.training.attempt import Attempt

__all__ = ["fail_early", "live_exporters", "note_game", "write_provenance"]


def write_provenance(attempt: Attempt) -> None:
    """Write `provenance.json`; what differs from the attempt before, and matters, becomes a problem."""
    from retroml_core.config.composing import config_hash, to_tree
    from retroml_core.training.provenance import differences, gather

    config = attempt.config
    before = attempt.run.provenance()
    now = gather(
        device=attempt.device,
        threads=thread_count(config.threads),
        config_hash=config_hash(config),
        seed=config.seed,
        attempt=attempt.number,
        plugin_files=attempt.app.plugin_files,
        config=to_tree(config),
    )
    changed = differences(before, now) if before else []
    now["earlier"] = before.get("earlier", []) + ([_earlier(before, changed)] if before else [])
    if "game" in before:
        now["game"] = before["game"]
    write_json(attempt.run.folder / "provenance.json", now)
    if changed:
        hint = "the run goes on, but may not repeat bit for bit"
        attempt.problem(f"not the same as in the attempt before: {'; '.join(changed)}", hint=hint)


def _earlier(before: dict[str, Any], changed: list[str]) -> dict[str, Any]:
    """What is kept of an attempt: its number, its config, and what `changed` after it."""
    return {"changed": changed} | {key: before[key] for key in ("attempt", "config_hash", "config") if key in before}


def note_game(attempt: Attempt) -> None:
    """Add what the tape says of the game (ROM hash, environment settings) to the provenance, where there is a tape."""
    with contextlib.suppress(OSError, ValueError):
        tape = attempt.run.tape(attempt.app)
        header: dict[str, Any] = dict(tape.header)
        tape.close()
        write_json(attempt.run.folder / "provenance.json", {**attempt.run.provenance(), "game": header})


@contextmanager
def live_exporters(attempt: Attempt) -> Iterator[None]:
    """The exporters the config names follow the run inside; one that fails is reported and left out."""
    following: list[tuple[str, LiveExporter]] = []
    for name in attempt.config.exporters:
        try:
            spec = attempt.app.registry.exporters[name]
            with attempt.app.registry.blaming("exporter", name):
                exporter = resolve(spec.factory)(spec.config()).follow(attempt.run, attempt.bus)
        except Exception as error:  # noqa: BLE001  # a plugin may fail in any way
            attempt.problem(f"exporter {name} cannot follow the run: {told(error)}")
            continue
        if exporter is not None:
            following.append((name, exporter))
    try:
        yield
    finally:
        for name, exporter in following:
            try:
                exporter.close()
            except Exception as error:  # noqa: BLE001  # a plugin may fail in any way
                attempt.problem(f"exporter {name} could not finish: {error}")


def fail_early(run: Run, reason: str) -> None:
    """Let a run that cannot even begin be failed, for `reason`. Raises OSError."""
    from retroml_core.runs.eventlog import EventLog, last_seq
    from retroml_core.runs.state import StateFile
    from retroml_core.training.attempt import next_attempt
    from retroml_core.training.bus import MetricEventBus

    number = next_attempt(run)
    log = EventLog(run.events_folder, number)
    try:
        state = StateFile(run.folder, number)
        bus = MetricEventBus(log, attempt=number, seq=last_seq(run.events_folder))
        bus.step = state.status.step
        state.move(RunState.FAILED, reason)
        bus.say(ProblemFound(message=reason, severity="error"))
        bus.say(RunStateChanged(state=RunState.FAILED, reason=reason))
    finally:
        log.close()
