"""Measurements as data: records of one kind in a JSON file, a line each, for readable differences."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar

__all__ = ["Record", "Records"]


@dataclass(frozen=True)
class Record(ABC):
    """One measurement. A subclass is a dataclass of what JSON can hold."""

    @property
    @abstractmethod
    def key(self) -> tuple[object, ...]:
        """What another measurement of the same takes the place of; records stand in its order."""


R = TypeVar("R", bound=Record)


class Records(Generic[R]):
    """The records in one file, which is written anew with each that is kept. A subclass names their kind and their origin."""

    kind: type[R]
    about: ClassVar[str]

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[R] = []

    @classmethod
    def read(cls, path: Path) -> Self:
        """What `path` holds; nothing when there is no such file."""
        held = cls(path)
        if path.exists():
            held.records = [cls.kind(**record) for record in json.loads(path.read_text(encoding="utf-8"))["runs"]]
        return held

    def keep(self, record: R) -> None:
        """Keep `record` in the place of an earlier one with its key, or as a further one."""
        self.records = sorted([old for old in self.records if old.key != record.key] + [record], key=lambda each: each.key)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        runs = ",\n".join(json.dumps(asdict(each)) for each in self.records)
        self.path.write_text(f'{{"about": {json.dumps(self.about)}, "runs": [\n{runs}\n]}}\n', encoding="utf-8")
