"""All there is to know of one run, gathered from its folder and the index. Blocks: call it in the background."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.runs.labels import Labels, read_labels
from retroml_core.services import ExperimentService, MetricsService, StorageService
from retroml_dearpygui.services.problems import ProblemReader

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.films.film import Film
    from retroml_core.index import RunRow
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run
    from retroml_core.runs.state import RunStatus

__all__ = ["Difference", "RunReport", "differences", "flat", "gather", "log_tail"]

LOG_BYTES = 16_000
LOG_LINES = 200
NOTHING = "–"
"""How a setting that is not set is written."""
OWN_KEYS = ("id", "name", "created_at", "schema_version", "tags", "notes", "group", "parent", "seed", "preset", "budget")
"""What differs between any two runs and says nothing about how they were set up."""


@dataclass(frozen=True)
class Difference:
    """A setting that is not as its preset has it."""

    key: str
    value: str
    usual: str


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """A run as its page shows it. `settings` and `provenance` are flat, `faults` what the run found wrong, in words."""

    run: Run
    row: RunRow
    status: RunStatus
    labels: Labels
    settings: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]
    checkpoints: tuple[Checkpoint, ...]
    films: tuple[Film, ...]
    parts: tuple[tuple[str, int], ...]
    curves: tuple[str, ...]
    log: str
    faults: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """All its files together."""
        return sum(count for _, count in self.parts)


def gather(app: App, run_id: str, readers: dict[str, ProblemReader]) -> RunReport:
    """The report of a run. `readers` holds what was read of its problems, by run, and is added to.

    Raises RunNotFound, OSError, ValueError, IndexFailure.
    """
    experiments, metrics = ExperimentService(app), MetricsService(app)
    row = experiments.get(run_id)
    run = experiments.find(row.id)
    tree = run.tree
    return RunReport(
        run=run,
        row=row,
        status=run.status(),
        labels=read_labels(run.folder, tree),
        settings=tuple(flat(tree)),
        provenance=tuple(flat(run.provenance())),
        checkpoints=tuple(run.checkpoints()),
        films=tuple(run.films()),
        parts=tuple(sorted(StorageService(app).parts(run).items(), key=lambda part: -part[1])),
        curves=tuple(_in_order(summary.name for summary in metrics.latest([row.id])[row.id])),
        log=log_tail(run.log_file),
        faults=readers.setdefault(row.id, ProblemReader(run.events_folder)).read(),
    )


def flat(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of a tree as dotted keys and words."""
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", _words(value)


def log_tail(path: Path) -> str:
    """The last lines of a log; empty when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - LOG_BYTES))
            lines = file.read().decode("utf-8", errors="replace").strip("\n").split("\n")
    except OSError:
        return ""
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines[-LOG_LINES:])


def differences(app: App, run: Run) -> tuple[tuple[Difference, ...], str]:
    """What is not as game, algorithm and preset have it, and why that cannot be told ("": it can)."""
    from retroml_core.config.composing import compose, to_tree

    try:
        tree, config = run.tree, run.config(app)
        words = [f"game={config.game}", f"algorithm={config.algorithm.name}"]
        preset = [f"preset={config.preset}"] if config.preset else []
        usual = dict(flat(to_tree(compose(app, [*words, *preset]))))
    except Fault as fault:
        return (), str(fault)
    except Exception as error:  # noqa: BLE001  # Hydra's and plugins' own, all of which mean that it cannot be told
        return (), f"its settings cannot be read with what is installed here: {error}"
    found = [
        Difference(key, value, usual.get(key, ""))
        for key, value in flat(tree)
        if key.partition(".")[0] not in OWN_KEYS and value != usual.get(key, "")
    ]
    return tuple(found), ""


def _words(value: object) -> str:
    if value is None:
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _in_order(names: Iterator[str]) -> list[str]:
    """Scores first, then what else is measured, the machine's use last."""

    def place(name: str) -> tuple[bool, bool, bool, str]:
        return name != "score", not name.startswith("evaluation"), name.startswith("resource"), name

    return sorted(names, key=place)
