"""Training on from a checkpoint as a run of its own: the same config goes on exactly, another one branches off.

The new run begins with a copy of the checkpoint; its first attempt resumes from it as any attempt would. Its config names
the run it comes from (`parent`), so the line of descent is never lost.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from retroml_core.config.overriding import with_overrides
from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore
from retroml_core.runs.fitting import differences, in_the_way, must_stay
from retroml_core.specs import Problem

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.schema import Budget, ExperimentConfig

__all__ = ["continue_run", "continued_config"]


def continued_config(
    app: App, tree: Mapping[str, Any], parent_id: str, checkpoint: Checkpoint, overrides: Sequence[str] = ()
) -> ExperimentConfig:
    """The config of a run that goes on from `checkpoint` of a run with config `tree`.

    A `budget.` among the overrides says how much longer to train; without one the budget of `tree` stays, with what was
    used of it. Raises ConfigError naming every fault: of the config, where the checkpoint does not fit it, nothing left to do.
    """
    from retroml_core.config.composing import from_tree, require_valid

    longer = any(override.lstrip("+").startswith("budget.") for override in overrides)
    config = from_tree(with_overrides({**tree, "id": "", "created_at": "", "group": ""}, overrides), app)
    if longer:
        config = dataclasses.replace(config, budget=_extended(config.budget, checkpoint))
    parent = dataclasses.replace(config.parent, id=parent_id, relation="forked_from", checkpoint=checkpoint.name)
    misfits = [*_other_shape(from_tree(dict(tree), app), config), *_spent(config.budget, checkpoint)]
    return require_valid(dataclasses.replace(config, parent=parent), app, misfits)


def continue_run(app: App, config: ExperimentConfig, checkpoint: Checkpoint) -> Run:
    """Make the run of `config`, ready to be started, with a copy of `checkpoint` to begin from.

    Raises DamagedCheckpoint, RunRefused, OSError; nothing half done is left.
    """
    from retroml_core.runs.run import create_run

    store = CheckpointStore(checkpoint.folder.parent)
    store.verify(checkpoint)
    run = create_run(app, config)
    try:
        making = run.checkpoints_folder / f".new-{checkpoint.folder.name}"
        store.copy(checkpoint, run.checkpoints_folder, making.name)
        making.rename(run.checkpoints_folder / checkpoint.folder.name)
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def _seconds(checkpoint: Checkpoint) -> float:
    return float(checkpoint.meta.get("seconds") or 0.0)


def _extended(budget: Budget, checkpoint: Checkpoint) -> Budget:
    """`budget` counted from the checkpoint on, as a budget of the whole training."""
    limit = budget.limit_seconds()
    return dataclasses.replace(
        budget,
        hours=None,
        minutes=None,
        seconds=None if limit is None else limit + _seconds(checkpoint),
        steps=None if budget.steps is None else budget.steps + checkpoint.step,
    )


def _spent(budget: Budget, checkpoint: Checkpoint) -> Iterator[Problem]:
    limit = budget.limit_seconds()
    hint = "say how much longer to train, such as budget.minutes=30"
    if limit is not None and _seconds(checkpoint) >= limit:
        yield Problem(key="budget", value=f"{limit:g} s", message="is used up", hint=hint)
    if budget.steps is not None and checkpoint.step >= budget.steps:
        yield Problem(key="budget.steps", value=budget.steps, message="are used up", hint=hint)


def _other_shape(before: ExperimentConfig, after: ExperimentConfig) -> Iterator[Problem]:
    from retroml_core.config.composing import to_tree

    message = "cannot change when training goes on from a checkpoint"
    for key, how in in_the_way(dict(differences(to_tree(before), to_tree(after))), must_stay(before)).items():
        was, _, now = how.partition(" -> ")
        yield Problem(key=key, value=now, message=message, hint=f"leave it at {was}, or start a new run")
