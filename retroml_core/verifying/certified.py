"""Holding a certificate against the run it speaks of, where that is here: quickly, by digests, without training again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retroml_core.config.composing import ConfigError, hashed_tree, to_tree, tree_hash
from retroml_core.runs.checkpoints import CheckpointStore, DamagedCheckpoint
from retroml_core.runs.fitting import differences as changed
from retroml_core.training.provenance import differences
from retroml_core.verifying.recorded import read_recorded

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run
    from retroml_core.verifying.certificates import Certificate

__all__ = ["not_as_certified"]


def not_as_certified(app: App, run: Run, certificate: Certificate) -> list[str]:
    """All in which `run` is not as `certificate` says; no word of checkpoints that are no longer kept. Raises OSError."""
    said = certificate.statement
    found = [*_config(app, run, said), *_machine(run, said), *_chain(run, said)]
    store = CheckpointStore(run.checkpoints_folder)
    for checkpoint in store.list():
        if checkpoint.name in said["checkpoints"]:
            found += _checkpoint(store, checkpoint, said["checkpoints"][checkpoint.name])
    return found


def _config(app: App, run: Run, said: dict[str, Any]) -> Iterator[str]:
    try:
        tree = to_tree(run.config(app))
    except ConfigError as error:
        yield f"config.json cannot be used: {error}"
        return
    if tree_hash(tree) == said["config_hash"]:
        return
    settings = list(changed(said["config"], hashed_tree(tree)))
    yield from (f"config.json: {key} was {how}" for key, how in settings)
    if not settings:
        yield "config.json holds other settings than the certified ones"


def _machine(run: Run, said: dict[str, Any]) -> Iterator[str]:
    provenance = run.provenance()
    if not provenance:
        yield "provenance.json is gone or damaged"
        return
    yield from (f"provenance.json: {line}" for line in differences(said["made_on"], provenance))
    game = changed(said["made_on"].get("game", {}), provenance.get("game", {}), "game")
    yield from (f"provenance.json: {key}: {how}" for key, how in game)


def _chain(run: Run, said: dict[str, Any]) -> Iterator[str]:
    chain = said["chain"]
    if chain is not None and chain not in [vars(one) for one in read_recorded(run).prints]:
        yield f"the events do not tell the certified digests of step {chain['step']:,}"


def _checkpoint(store: CheckpointStore, checkpoint: Checkpoint, certified: dict[str, str]) -> Iterator[str]:
    try:
        store.verify(checkpoint)
        digests = store.digests(checkpoint)
    except (OSError, DamagedCheckpoint) as error:
        yield f"checkpoint {checkpoint.name}: {error}"
        return
    for name, digest in digests.items():
        if digest != certified.get(name):
            yield f"checkpoint {checkpoint.name}: {name} is not the certified one"
