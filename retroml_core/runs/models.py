"""Models: trained agents taken out of their runs, kept under `models/<id>/` when the run is long gone.

`model.json` (what it is, SHA-256 of every file)  `config.json`  `provenance.json`  `checkpoints/` (one, as in a run:
the policy to play with and, in a full one, the state to train on from).
"""

from __future__ import annotations

import math
import shutil
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.files import copy_file, read_json, sync_folder, write_json
from retroml_core.plugins.suggestions import advice
from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore
from retroml_core.runs.labels import read_labels

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.roots import DataRoot
    from retroml_core.runs.run import Run

__all__ = ["Model", "ModelNotFound", "choose_checkpoint", "find_model", "list_models", "save_model"]


class ModelNotFound(Fault):
    """No model, or more than one, has this id; the message lists those that come close."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model as lists show it. `score` is the mean raw score known at its checkpoint, `seconds` the training time by then.

    `full` says whether training can go on from it; without it the model can be played and evaluated.
    """

    id: str
    name: str
    game: str
    algorithm: str
    run: str
    checkpoint: str
    step: int
    seconds: float | None
    score: float | None
    seed: int | None
    created_at: str
    full: bool
    size_bytes: int

    def folder(self, root: DataRoot) -> Path:
        """Where it lies."""
        return root.models / self.id

    def stored(self, root: DataRoot) -> Checkpoint:
        """Its checkpoint. Raises ModelNotFound when its files are gone."""
        checkpoints = CheckpointStore(self.folder(root) / "checkpoints").list()
        if not checkpoints:
            raise ModelNotFound(f"the files of model {self.id} are gone or damaged: {self.folder(root)}")
        return checkpoints[-1]


def choose_checkpoint(run: Run, name: str = "") -> Checkpoint:
    """The checkpoint `name` of `run` ("best", "latest", a name or a step); "" is the best, else the latest. Raises Fault."""
    store = CheckpointStore(run.checkpoints_folder)
    found = {checkpoint.name: checkpoint for checkpoint in store.list()}
    if not found:
        raise Fault(f"run {run.id} has no checkpoint yet; `retroml checkpoint {run.id}` asks a running one for it")
    latest = found[max(found)]
    if name in ("", "best"):
        best = store.best()
        if best is None and name:
            raise Fault(f"run {run.id} has no best model yet; use latest")
        return best or latest
    if name == "latest":
        return latest
    wanted = f"{int(name):012d}" if name.isdecimal() else name
    if wanted not in found:
        raise Fault(f"run {run.id} has no checkpoint {name!r}; {advice(name, found)}")
    return found[wanted]


def save_model(app: App, run: Run, checkpoint: Checkpoint, name: str = "") -> Model:
    """Copy `checkpoint` of `run` into a model of its own. Raises DamagedCheckpoint, OSError; nothing half done is left."""
    from retroml_core.runs.ids import new_run_id

    store = CheckpointStore(run.checkpoints_folder)
    store.verify(checkpoint)
    tree = run.tree
    game, algorithm = str(tree["game"]), str(tree["algorithm"]["name"])
    identity = new_run_id(game, algorithm)
    app.root.prepare()
    making = app.root.models / f".new-{identity}"
    try:
        (making / "checkpoints").mkdir(parents=True)
        store.copy(checkpoint, making / "checkpoints")
        for file in ("config.json", "provenance.json"):
            if (run.folder / file).is_file():
                copy_file(run.folder / file, making / file)
        model = Model(
            id=identity,
            name=name or _name(app, run, checkpoint),
            game=game,
            algorithm=algorithm,
            run=run.id,
            checkpoint=checkpoint.name,
            step=checkpoint.step,
            seconds=checkpoint.meta.get("seconds"),
            score=checkpoint.score,
            seed=tree.get("seed"),
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            full=checkpoint.full,
            size_bytes=checkpoint.size_bytes,
        )
        write_json(making / "model.json", {"v": 1, **asdict(model)})
        making.rename(app.root.models / identity)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    sync_folder(app.root.models)
    return model


def _name(app: App, run: Run, checkpoint: Checkpoint) -> str:
    """A name that no other model has: "Pong PPO, score 15.2", with the run's own name where it has one."""
    tree = run.tree
    game, algorithm = str(tree["game"]), str(tree["algorithm"]["name"])
    title = app.registry.games[game].title if game in app.registry.games else game
    what = read_labels(run.folder, tree).name or f"{title} {algorithm.upper()}"
    known = checkpoint.score is not None and math.isfinite(checkpoint.score)
    name = f"{what}, score {checkpoint.score:,.1f}" if known else f"{what}, {checkpoint.step:,} steps"
    taken = {model.name for model in list_models(app.root)}
    return next(new for new in (name, *(f"{name} ({number})" for number in range(2, len(taken) + 3))) if new not in taken)


def list_models(root: DataRoot) -> list[Model]:
    """All models, oldest first; those that cannot be read are left out. Raises RootError."""
    root.check()
    found = (_read(path) for path in sorted(root.models.glob("[0-9]*/model.json")))
    return [model for model in found if model is not None]


def find_model(root: DataRoot, name: str) -> Model:
    """The model called `name`: its id, any beginning of it that fits no other, its name, or "latest". Raises ModelNotFound."""
    models = list_models(root)
    if name == "latest" and models:
        return models[-1]
    matches = [m for m in models if m.id == name] or [m for m in models if m.id.startswith(name) or m.name == name]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise ModelNotFound(
            f"{name!r} fits {len(matches)} models: {', '.join(m.id for m in matches[-5:])}; give more of the id"
        )
    raise ModelNotFound(f"there is no model {name!r}; {advice(name, [m.id for m in models])}")


def _read(path: Path) -> Model | None:
    try:
        raw: dict[str, Any] = read_json(path)
        return Model(**{field.name: raw[field.name] for field in fields(Model)})
    except (OSError, ValueError, KeyError, TypeError):
        return None
