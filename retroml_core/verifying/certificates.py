"""Certificates: a signed file that says of a run which config it had, what it came to, and that this was verified.

A run that is here can be held against one quickly, by digests, without training again.

    {"format": "retroml-certificate", "v": 1, "statement": {...}, "public_key": "...", "signature": "..."}

Signed is the line `retroml-certificate 1`, and below it the statement as JSON with sorted keys and no spaces (ASCII). A
certificate is worth as much as the key that signed it: anybody can sign any statement with a key of their own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from retroml_core.config.composing import ConfigError, hashed_tree, to_tree, tree_hash
from retroml_core.faults import Fault
from retroml_core.files import write_json
from retroml_core.runs.checkpoints import CheckpointStore, DamagedCheckpoint
from retroml_core.runs.fitting import differences as changed
from retroml_core.training.provenance import differences
from retroml_core.verifying.recorded import read_recorded
from retroml_core.verifying.signing import Signer, is_signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from retroml_core.app import App
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run
    from retroml_core.verifying.findings import Verdict

__all__ = ["Certificate", "in_the_way", "issue", "not_as_certified", "read_certificate", "statement_of"]

FORMAT, VERSION = "retroml-certificate", 1
_ON = ("packages", "plugin_files", "python", "cpu", "threads", "device", "gpus", "git", "game")
"""What a certificate tells of what trained: the parts of `provenance.json` that name no person and no folder."""
_KINDS: dict[str, Any] = {
    "made_at": str,
    "run": str,
    "config_hash": str,
    "config": dict,
    "verified": dict,
    "chain": dict | None,
    "checkpoints": dict,
    "made_on": dict,
}


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate as it stands in a file; only a `genuine` one says what its signer said."""

    statement: dict[str, Any]
    public_key: str
    signature: str

    @property
    def genuine(self) -> bool:
        """Whether the owner of `public_key` signed just this statement."""
        return is_signed(_signed(self.statement), self.signature, self.public_key)


def in_the_way(verdict: Verdict) -> str:
    """Why nothing can be certified by `verdict`, or ""."""
    if not verdict.ok:
        return "the run is not as recorded"
    return "" if verdict.compared else "nothing could be compared"


def issue(app: App, run: Run, verdict: Verdict, signer: Signer, path: Path) -> Certificate:
    """Write the certificate of a `verdict` that has nothing `in_the_way`. Raises OSError."""
    statement = json.loads(_canonical(statement_of(app, run, verdict)))
    certificate = Certificate(statement=statement, public_key=signer.public_key, signature=signer.sign(_signed(statement)))
    write_json(path, {"format": FORMAT, "v": VERSION, **vars(certificate)})
    return certificate


def statement_of(app: App, run: Run, verdict: Verdict) -> dict[str, Any]:
    """What is certified: the config, what was verified, the last digests and the files of checkpoints with it, the machine."""
    tree, provenance = to_tree(run.config(app)), run.provenance()
    verified = verdict.as_dict()
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run.id,
        "config_hash": tree_hash(tree),
        "config": hashed_tree(tree),
        "verified": {key: verified[key] for key in ("first", "last", "compared", "unverifiable", "differences")},
        "chain": _chain(run, verdict),
        "checkpoints": _checkpoints(run, verdict),
        "made_on": {key: provenance[key] for key in _ON if key in provenance},
    }


def _chain(run: Run, verdict: Verdict) -> dict[str, Any] | None:
    """The last digests that training came to again; None when there were none."""
    if verdict.trained_to is None:
        return None
    prints = [one for one in read_recorded(run).prints if verdict.first < one.step <= verdict.trained_to]
    return vars(prints[-1]) if prints else None


def _checkpoints(run: Run, verdict: Verdict) -> dict[str, Mapping[str, str]]:
    """The SHA-256 of each file of each checkpoint that training came to again."""
    if verdict.trained_to is None:
        return {}
    store = CheckpointStore(run.checkpoints_folder)
    return {one.name: store.digests(one) for one in store.list() if verdict.first <= one.step <= verdict.trained_to}


def read_certificate(path: Path) -> Certificate:
    """The certificate in a file, genuine or not. Raises Fault when there is none in it."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
        if (raw["format"], raw["v"]) != (FORMAT, VERSION) or set(raw) - {"format", "v"} != set(Certificate.__annotations__):
            raise ValueError(f"it is not of the format {FORMAT} {VERSION}")
        statement: dict[str, Any] = raw["statement"]
        if wrong := [key for key, kind in _KINDS.items() if not isinstance(statement[key], kind)]:
            raise ValueError(f"its {wrong[0]} is not what it should be")
        return Certificate(statement=statement, public_key=str(raw["public_key"]), signature=str(raw["signature"]))
    except OSError as error:
        raise Fault(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path} holds no certificate of a run: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys are all different: a reader must not see another value than the one that was signed."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _canonical(statement: dict[str, Any]) -> str:
    return json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _signed(statement: dict[str, Any]) -> bytes:
    return f"{FORMAT} {VERSION}\n{_canonical(statement)}".encode()


def not_as_certified(app: App, run: Run, certificate: Certificate) -> list[str]:
    """All in which `run` is not as `certificate` says; no word of checkpoints that are no longer kept. Raises OSError."""
    said = certificate.statement
    found = [*_other_config(app, run, said), *_other_machine(run, said), *_other_chain(run, said)]
    store = CheckpointStore(run.checkpoints_folder)
    for checkpoint in store.list():
        if checkpoint.name in said["checkpoints"]:
            found += _other_checkpoint(store, checkpoint, said["checkpoints"][checkpoint.name])
    return found


def _other_config(app: App, run: Run, said: dict[str, Any]) -> Iterator[str]:
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


def _other_machine(run: Run, said: dict[str, Any]) -> Iterator[str]:
    provenance = run.provenance()
    if not provenance:
        yield "provenance.json is gone or damaged"
        return
    yield from (f"provenance.json: {line}" for line in differences(said["made_on"], provenance))
    game = changed(said["made_on"].get("game", {}), provenance.get("game", {}), "game")
    yield from (f"provenance.json: {key}: {how}" for key, how in game)


def _other_chain(run: Run, said: dict[str, Any]) -> Iterator[str]:
    chain = said["chain"]
    if chain is not None and chain not in [vars(one) for one in read_recorded(run).prints]:
        yield f"the events do not tell the certified digests of step {chain['step']:,}"


def _other_checkpoint(store: CheckpointStore, checkpoint: Checkpoint, certified: dict[str, str]) -> Iterator[str]:
    try:
        store.verify(checkpoint)
        digests = store.digests(checkpoint)
    except (OSError, DamagedCheckpoint) as error:
        yield f"checkpoint {checkpoint.name}: {error}"
        return
    for name, digest in digests.items():
        if digest != certified.get(name):
            yield f"checkpoint {checkpoint.name}: {name} is not the certified one"
