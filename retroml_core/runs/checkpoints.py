"""Checkpoints on disk: whole or not at all, whatever is killed and whenever.

`checkpoints/<step>/` holds `manifest.json` (step, time, why, score, versions, SHA-256 of every file), the light `policy`
(for play, films, sharing) and, in a full checkpoint, the `state` to continue from. A folder is written under a temporary
name, made durable, and renamed. `best.json` names the best model. Parts of a state that never change, such as the full
segments of a replay, lie in `checkpoints/parts/` once for all checkpoints; manifests refer to them by key and SHA-256.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.files import copy_file, read_json, replace, sync_folder, write_json
from retroml_core.runs.parts import PartFile, PartStore

if TYPE_CHECKING:
    from retroml_core.tree import Part, Tree

__all__ = ["Checkpoint", "CheckpointStore", "DamagedCheckpoint"]


class DamagedCheckpoint(ValueError):
    """A checkpoint whose files are not those that were written."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """One checkpoint: `created_at` in seconds since 1970, `score` the mean score known then, `full` when it can be resumed.

    `size_bytes` is that of all its files, with parts it shares with others. `meta` is what its maker noted besides, such as
    versions.
    """

    name: str
    step: int
    folder: Path
    created_at: float
    why: str
    score: float | None
    full: bool
    size_bytes: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)


Checkpoints = list[Checkpoint]
Names = list[str]
"""Inside the store `list` is a method."""


class CheckpointStore:
    """The checkpoints in one folder. Reading is safe from any process; writing belongs to the one that owns the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = PartStore(folder / "parts")

    def save(
        self, step: int, state_tree: Tree | None, policy_tree: Tree, meta: Mapping[str, Any] | None = None, why: str = ""
    ) -> Checkpoint:
        """Write a checkpoint; without `state_tree` only the policy. `meta["score"]` is its score.

        A checkpoint of the same step is replaced, unless it is full and this one is not. Raises OSError (a full disk): what
        was there before is then untouched.
        """
        from retroml_core.tree import save_tree

        target = self.folder / f"{step:012d}"
        standing = _read(target)
        if standing is not None and standing.full and state_tree is None:
            return standing
        temporary = self.folder / f".new-{target.name}"
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            self.folder.mkdir(exist_ok=True)
            temporary.mkdir()
            files = save_tree(policy_tree, temporary / "policy")
            shared: list[str] = []
            if state_tree is not None:
                files += save_tree(state_tree, temporary / "state", lambda part: self._share(part, shared))
                self.parts.sync()
            parts = {key: asdict(self.parts.sound[key]) for key in shared}
            _write_manifest(temporary, step, files, parts, dict(meta or {}), why)
            self._swap_in(temporary, target)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            # What was written of its parts may be what filled the disk.
            with contextlib.suppress(OSError):
                self._collect_parts()
            raise
        saved = _read(target)
        if saved is None:
            raise OSError(f"{target} vanished while it was written")
        return saved

    def _share(self, part: Part, shared: Names) -> None:
        self.parts.keep(part)
        shared.append(part.key)

    def _swap_in(self, temporary: Path, target: Path) -> None:
        sync_folder(temporary)
        old = self.folder / f".old-{target.name}"
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
            replace(target, old)
        replace(temporary, target)
        sync_folder(self.folder)
        shutil.rmtree(old, ignore_errors=True)

    def recover(self) -> None:
        """Tidy up after a crash: finish what was complete but not yet renamed, remove the rest. Only for the owner."""
        for prefix in (".new-", ".old-"):
            for leftover in sorted(self.folder.glob(f"{prefix}*")):
                target = self.folder / leftover.name.removeprefix(prefix)
                if not target.exists() and _read(leftover) is not None:
                    replace(leftover, target)
                else:
                    shutil.rmtree(leftover, ignore_errors=True)
        for leftover in self.folder.glob(".gone-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        for checkpoint in self.list():
            if not checkpoint.full:
                _delete_state(checkpoint)
        self._collect_parts()

    def list(self) -> Checkpoints:
        """All complete checkpoints by step."""
        found = (_read(folder) for folder in sorted(self.folder.glob("[0-9]*")))
        return [checkpoint for checkpoint in found if checkpoint is not None]

    def unreadable(self) -> Sequence[str]:
        """The names of checkpoints whose manifest cannot be read, oldest first: `list` leaves them out."""
        return [folder.name for folder in sorted(self.folder.glob("[0-9]*")) if _read(folder) is None]

    def full(self) -> Checkpoints:
        """Those that can be resumed, newest first."""
        return [checkpoint for checkpoint in reversed(self.list()) if checkpoint.full]

    def latest_full(self, damaged: Callable[[Checkpoint, str], None] | None = None) -> Checkpoint | None:
        """The newest full checkpoint whose files are sound; `damaged(checkpoint, why)` is told of each that is passed over."""
        for checkpoint in self.full():
            try:
                self.verify(checkpoint)
            except (OSError, DamagedCheckpoint) as error:
                if damaged is not None:
                    damaged(checkpoint, str(error))
                continue
            return checkpoint
        return None

    def best(self) -> Checkpoint | None:
        """The best model kept, or None before there is one."""
        try:
            name = str(read_json(self.folder / "best.json")["name"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return _read(self.folder / name)

    def mark_best(self, checkpoint: Checkpoint) -> None:
        """Let `checkpoint` be the best model; it is never thinned out."""
        write_json(self.folder / "best.json", {"name": checkpoint.name, "step": checkpoint.step, "score": checkpoint.score})

    def verify(self, checkpoint: Checkpoint) -> None:
        """Compare every file with the manifest. Raises DamagedCheckpoint naming the file, OSError."""
        for name, digest in _manifest(checkpoint.folder)["files"].items():
            path = checkpoint.folder / name
            if not path.is_file():
                raise DamagedCheckpoint(f"{path} is missing")
            if _sha256(path) != digest["sha256"]:
                raise DamagedCheckpoint(f"{path} is damaged")
        for key, file in _parts(checkpoint.folder).items():
            try:
                self.parts.verify(key, file)
            except ValueError as error:
                raise DamagedCheckpoint(str(error)) from error

    def digests(self, checkpoint: Checkpoint) -> Mapping[str, str]:
        """The SHA-256 that the manifest tells of each file of its own. Raises OSError, ValueError."""
        return {name: str(file["sha256"]) for name, file in _manifest(checkpoint.folder)["files"].items()}

    def load_state(self, checkpoint: Checkpoint) -> Tree:
        """The state to continue from; its parts are read when they are asked for.

        Raises DamagedCheckpoint, OSError, ValueError for a light checkpoint.
        """
        if not checkpoint.full:
            raise ValueError(f"checkpoint {checkpoint.name} holds only a policy")
        return self._load(checkpoint, "state")

    def load_policy(self, checkpoint: Checkpoint) -> Tree:
        """The policy. Raises DamagedCheckpoint, OSError."""
        return self._load(checkpoint, "policy")

    def _load(self, checkpoint: Checkpoint, name: str) -> Tree:
        from retroml_core.tree import load_tree

        parts = _parts(checkpoint.folder)
        try:
            return load_tree(checkpoint.folder / name, lambda key: self.parts.open(key, parts[key]))
        except (ValueError, KeyError) as error:
            raise DamagedCheckpoint(str(error)) from error

    def copy(self, checkpoint: Checkpoint, folder: Path, name: str = "") -> None:
        """Copy a checkpoint into another folder of checkpoints, there called `name`; its parts first. Raises OSError."""
        for key in _parts(checkpoint.folder):
            self.parts.copy(key, folder / "parts")
        target = folder / (name or checkpoint.name)
        shutil.copytree(checkpoint.folder, target, copy_function=copy_file)
        sync_folder(target)

    def thin(self, keep: int, keep_policies: int, written: str = "") -> None:
        """Keep the newest `keep` full checkpoints, and `keep_policies` policies spread evenly; first, last, best always.

        The one just `written` stays full: those of later steps may be damaged, so that training began before them again.
        """
        for checkpoint in self.full()[keep:]:
            if checkpoint.name != written:
                _drop_state(checkpoint)
        self._collect_parts()
        best = self.best()
        while len(light := [c for c in self.list() if not c.full and (best is None or c.name != best.name)]) > keep_policies:
            if len(light) < 3:
                return
            gaps = {c.name: after.step - before.step for before, c, after in zip(light, light[1:], light[2:], strict=False)}
            try:
                self._remove(min(gaps, key=lambda name: gaps[name]))
            except PermissionError:  # Windows keeps a folder that somebody reads from; it goes the next time
                return

    def _remove(self, name: str) -> None:
        """Take a checkpoint out of the list at once, then delete its files."""
        gone = self.folder / f".gone-{name}"
        replace(self.folder / name, gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _collect_parts(self) -> None:
        """Remove the parts that no checkpoint refers to. None while a manifest cannot be opened, as when too many files are
        open, nor when none can be read, as they may yet be put back from a copy: what they refer to would be lost."""
        wanted: set[str] = set()
        torn = whole = 0
        for folder in self.folder.glob("[0-9]*"):
            try:
                wanted |= _parts(folder).keys()
                whole += 1
            except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
                torn += 1
            except OSError:
                return
        if whole or not torn:
            self.parts.collect(wanted)


def _write_manifest(folder: Path, step: int, files: list[Path], parts: dict[str, Any], meta: dict[str, Any], why: str) -> None:
    described = {path.name: {"sha256": _sha256(path), "bytes": path.stat().st_size} for path in files}
    score = meta.pop("score", None)
    manifest = {"v": 1, "step": step, "created_at": time.time(), "why": why, "score": score, "meta": meta}
    write_json(folder / "manifest.json", manifest | {"files": described, "parts": parts})


def _drop_state(checkpoint: Checkpoint) -> None:
    """Make a full checkpoint light: first the manifest says so, then the files go."""
    manifest = _manifest(checkpoint.folder)
    manifest["files"] = {name: value for name, value in manifest["files"].items() if not name.startswith("state.")}
    manifest["parts"] = {}
    write_json(checkpoint.folder / "manifest.json", manifest)
    _delete_state(checkpoint)


def _delete_state(checkpoint: Checkpoint) -> None:
    """What Windows keeps because somebody reads it goes when the run is taken up again."""
    for path in checkpoint.folder.glob("state.*"):
        with contextlib.suppress(PermissionError):
            path.unlink(missing_ok=True)


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = read_json(folder / "manifest.json")
    return manifest


def _parts(folder: Path) -> dict[str, PartFile]:
    return {key: PartFile(**file) for key, file in _manifest(folder).get("parts", {}).items()}


def _read(folder: Path) -> Checkpoint | None:
    try:
        manifest = _manifest(folder)
        return Checkpoint(
            name=f"{int(manifest['step']):012d}",
            step=int(manifest["step"]),
            folder=folder,
            created_at=float(manifest["created_at"]),
            why=str(manifest["why"]),
            score=manifest["score"],
            full="state.json" in manifest["files"],
            size_bytes=sum(int(file["bytes"]) for kind in ("files", "parts") for file in manifest.get(kind, {}).values()),
            meta=manifest["meta"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
