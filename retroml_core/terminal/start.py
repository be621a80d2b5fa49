"""From a config to a run at work: say what it will need, make its folder, start its process, follow it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.runs.forecast import forecast, free_bytes, size_text, sizes_of
from retroml_core.specs import Severity
from retroml_core.terminal.printing import print_json
from retroml_core.terminal.progress import follow
from retroml_core.training.memory import read_memory

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig
    from retroml_core.sizing import Sizes

__all__ = ["DiskTooFull", "Manner", "UnfitNetwork", "begin", "preview", "start"]


class DiskTooFull(Fault):
    """A run will need more disk than is free."""


class UnfitNetwork(Fault):
    """The network of a config cannot be made for what its environment shows."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How to go about a training: leave it once it is started, or only show what it would be, as JSON."""

    detach: bool = False
    dry_run: bool = False
    as_json: bool = False

    @classmethod
    def of(cls, arguments: Sequence[str]) -> tuple[Manner, list[str]]:
        """What flags among the arguments of a command line ask for, and the others. Raises Fault."""
        flags = {"--detach", "--dry-run", "--json"}
        manner = cls(detach="--detach" in arguments, dry_run="--dry-run" in arguments, as_json="--json" in arguments)
        if manner.as_json and not manner.dry_run:
            raise Fault("--json goes with --dry-run; what a run says lies in its folder: retroml show ID --json")
        return manner, [argument for argument in arguments if argument not in flags]


def start(app: App, config: ExperimentConfig, manner: Manner | None = None) -> int:
    """Start a run of `config`, which has been checked, and follow it to its end; the exit code says how it ended.

    Raises Fault when it may not start.
    """
    manner = manner or Manner()
    if manner.dry_run:
        _show(preview(app, config), as_json=manner.as_json)
        return 0
    run = begin(app, config)
    if manner.detach:
        sys.stdout.write(f"{run.id}\n")
        return 0
    return follow(run)


def begin(app: App, config: ExperimentConfig) -> Run:
    """Make the folder of a run and start its process. Raises Fault, before anything is made, when it may not start."""
    from retroml_core.runs.launching import start_worker
    from retroml_core.runs.run import create_run

    _say(_warnings(app, config))
    app.root.prove()
    sizes = _sizes(app, config)
    needs = forecast(config, app, sizes)
    free = free_bytes(app.root.path)
    _say([f"This run needs {needs}; {size_text(free)} are free.", *_memory(sizes.replay_memory_bytes)])
    if needs.total > free:
        hint = "free some, train for a shorter time, keep fewer checkpoints, or set RETROML_HOME to a larger disk"
        raise DiskTooFull(f"not enough disk for this run in {app.root.path}: {hint}")
    run = create_run(app, config)
    start_worker(run)
    return run


def preview(app: App, config: ExperimentConfig) -> dict[str, Any]:
    """What a run of `config` would be, for JSON: the config, the bytes of disk and of memory, the warnings."""
    from retroml_core.config.composing import to_tree

    sizes = _sizes(app, config)
    needs = forecast(config, app, sizes)
    disk = {**asdict(needs), "total": needs.total, "free": free_bytes(app.root.path)}
    text = f"This run would need {needs}; {size_text(disk['free'])} are free."
    return {
        "config": to_tree(config),
        "disk_bytes": disk,
        "replay_memory_bytes": sizes.replay_memory_bytes,
        "needs": " ".join([text, *_memory(sizes.replay_memory_bytes)]),
        "warnings": _warnings(app, config),
    }


def _sizes(app: App, config: ExperimentConfig) -> Sizes:
    sizes = sizes_of(config, app)
    network = sizes.network(config.network.name)
    if network is not None and network.problem:
        fitting = ", ".join(one.name for one in sizes.networks if not one.problem)
        raise UnfitNetwork(
            f"network.name={network.name} does not fit environment={config.environment.name}: {network.problem}; "
            f"with the other settings as they are {f'these do: {fitting}' if fitting else 'none does'}"
        )
    return sizes


def _memory(replay: int) -> list[str]:
    """What to say of a replay of so many bytes."""
    if not replay:
        return []
    free = size_text(read_memory().available)
    return [f"Its replay takes up to {size_text(replay)} of memory as it fills; {free} are free."]


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if not as_json:
        _say([*found["warnings"], found["needs"]])
    print_json(found if as_json else found["config"])


def _warnings(app: App, config: ExperimentConfig) -> list[str]:
    from retroml_core.config.validation import check

    return [f"warning: {problem}" for problem in check(config, app) if problem.severity is Severity.WARNING]


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")
