"""Models: listed, taken out of runs, packed for others, thrown away and taken back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.files import whole
from retroml_core.runs.models import Model, ModelNotFound, choose_checkpoint, find_model, list_models, save_model
from retroml_core.services.principal import LOCAL_USER, Principal, guard
from retroml_core.services.storage import throw_away

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run

__all__ = ["TRASHED_MODEL", "ModelService"]

TRASHED_MODEL = "model-"
"""What the folder of a model in the trash is called, before the model's id."""


class ModelService:
    """All models of a data root. `id` arguments are as for `retroml_core.runs.models.find_model`."""

    def __init__(self, app: App, principal: Principal = LOCAL_USER) -> None:
        self._app = app
        self._principal = principal

    def list(self) -> list[Model]:
        """All models, oldest first. Raises RootError."""
        guard(self._principal, "models.list")
        return list_models(self._app.root)

    def find(self, id: str) -> Model:
        """One model. Raises ModelNotFound."""
        guard(self._principal, "models.read", id)
        return find_model(self._app.root, id)

    def save(self, run: Run, checkpoint: str = "", name: str = "") -> Model:
        """Take a model out of `run`: its checkpoint "best", "latest", or a name; "" is the best, else the latest.

        Raises Fault when there is no such checkpoint, OSError.
        """
        guard(self._principal, "models.save", run.id)
        return save_model(self._app, run, choose_checkpoint(run, checkpoint), name)

    def delete(self, id: str) -> Model:
        """Move a model to the trash, from where `restore` takes it back. Raises ModelNotFound, OSError."""
        model = self.find(id)
        guard(self._principal, "models.delete", model.id)
        throw_away(self._app.root, model.folder(self._app.root), f"{TRASHED_MODEL}{model.id}")
        return model

    def restore(self, id: str) -> Model:
        """Take a model back from the trash; `id` is its whole id. Raises ModelNotFound, Fault, OSError."""
        guard(self._principal, "models.delete", id)
        trashed, folder = self._app.root.trash / f"{TRASHED_MODEL}{id}", self._app.root.models / id
        if not (trashed / "model.json").is_file():
            raise ModelNotFound(f"there is no model {id!r} in the trash {self._app.root.trash}")
        if folder.exists():
            raise Fault(f"{folder} is there already")
        trashed.rename(folder)
        return find_model(self._app.root, id)

    def pack(self, id: str, target: Path) -> Path:
        """Write a model with all its files into the zip file `target`, whole. Raises ModelNotFound, OSError."""
        model = self.find(id)
        folder = model.folder(self._app.root)
        with whole(target) as making, zipfile.ZipFile(making, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, f"{model.id}/{path.relative_to(folder).as_posix()}")
        return target
