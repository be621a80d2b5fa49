"""What commands may be given where a trained agent is asked for: a run with its checkpoints, or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.runs.models import ModelNotFound, choose_checkpoint, find_model
from retroml_core.runs.run import Run, RunNotFound, find_run

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.checkpoints import Checkpoint

__all__ = ["find_source"]


def find_source(app: App, name: str, checkpoint: str = "") -> tuple[Run, Checkpoint]:
    """The run called `name` and its checkpoint (see `choose_checkpoint`), or the model of that name read as a run.

    Raises Fault when neither is there.
    """
    try:
        run = find_run(app, name)
    except RunNotFound as missing:
        try:
            model = find_model(app.root, name)
        except ModelNotFound:
            raise missing from None
        return Run(model.folder(app.root)), model.stored(app.root)
    return run, choose_checkpoint(run, checkpoint)
