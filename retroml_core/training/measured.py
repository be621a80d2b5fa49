"""Which settings train fastest on this machine, as measured: kept in the data root for `performance=measured` and the app.

Only settings that change the speed and the last bits of a training are chosen by measuring; what also changes what is
learned, the number of environments, is suggested. What was chosen stands in the config of a run like any other setting, so
the run repeats as it was, here and wherever nothing or something else was measured.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.files import read_json, write_json
from retroml_core.training.building import thread_count
from retroml_core.training.devices import choose_device, processor_name

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_core.runs.roots import DataRoot
    from retroml_core.schema import ExperimentConfig

__all__ = ["Choice", "Measured", "NotMeasured", "Subject", "Trial", "keep", "machine", "recall", "require"]

FILE = "measured.json"


class NotMeasured(Fault):
    """Nothing was measured here yet for a game, an algorithm and a network."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a measurement is about: a training of these, on `device` as asked for ("auto", "cpu" …)."""

    game: str
    algorithm: str
    network: str
    device: str = "auto"

    @classmethod
    def of(cls, config: ExperimentConfig) -> Subject:
        """What `config` trains."""
        return cls(game=config.game, algorithm=config.algorithm.name, network=config.network.name, device=config.device)

    @property
    def key(self) -> str:
        """The subject on this machine, as one word in the file."""
        return " | ".join((machine(self.device), self.game, self.algorithm, self.network))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Settings that training is measured with; `precision` and `compile` are "" for an algorithm that has none."""

    threads: int
    environments: int
    precision: str = ""
    compile: str = ""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a choice came to: steps a second, None where it failed, and then why."""

    choice: Choice
    steps_per_second: float | None
    problem: str = ""

    @classmethod
    def from_tree(cls, tree: Mapping[str, Any]) -> Trial:
        """The inverse of `dataclasses.asdict`. Raises KeyError or TypeError for something else."""
        return cls(**{**tree, "choice": Choice(**tree["choice"])})


@dataclass(frozen=True, kw_only=True)
class Measured:
    """All trials, in order, which of their choices is best, and for which number of environments most steps are made.

    `best` has the number of environments that was asked for: more of them learn in another way.
    """

    measured_at: str
    best: Choice
    environments: int
    trials: tuple[Trial, ...]

    def as_tree(self) -> dict[str, Any]:
        """As plain dicts and lists."""
        return dataclasses.asdict(self)

    @classmethod
    def from_tree(cls, tree: Mapping[str, Any]) -> Measured:
        """The inverse of `as_tree`. Raises KeyError, TypeError or ValueError for something else."""
        return cls(
            measured_at=str(tree["measured_at"]),
            best=Choice(**tree["best"]),
            environments=int(tree["environments"]),
            trials=tuple(map(Trial.from_tree, tree["trials"])),
        )


def machine(device: str = "auto") -> str:
    """This machine, as far as speed goes: its processor, the cores this process may use, and where the network runs."""
    return f"{thread_count(0)} x {processor_name()}, {choose_device(device).title}"


def keep(root: DataRoot, subject: Subject, measured: Measured) -> None:
    """Remember what was measured for `subject` on this machine, in place of what was. Raises RootError, OSError."""
    path = root.made(root.path) / FILE
    write_json(path, {**_all(path), subject.key: measured.as_tree()})


def recall(root: DataRoot, subject: Subject) -> Measured | None:
    """What was measured for `subject` on this machine, None when nothing was or it cannot be read any more."""
    try:
        return Measured.from_tree(_all(_path(root))[subject.key])
    except (KeyError, TypeError, ValueError):
        return None


def require(root: DataRoot, subject: Subject) -> Measured:
    """What was measured. Raises NotMeasured, which says how to."""
    found = recall(root, subject)
    if found is None:
        words = f"game={subject.game} algorithm={subject.algorithm} network={subject.network}"
        raise NotMeasured(
            f"performance=measured: nothing was measured on this machine for it yet; `retroml measure {words}` does"
        )
    return found


def _path(root: DataRoot) -> Path:
    return root.path / FILE


def _all(path: Path) -> dict[str, Any]:
    try:
        return dict(read_json(path))
    except (OSError, ValueError, TypeError):
        return {}
