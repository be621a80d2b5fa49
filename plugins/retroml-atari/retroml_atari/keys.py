"""Beginnings of games: when an environment's random numbers start afresh, and from which seed.

An emulator draws how many frames a game idles at its start (and which actions stick) from its own generator, which can be
seeded at a reset but not read or set. So that play can be resumed and re-simulated exactly, each environment begins its
first game, and later the first game after every `spacing` steps, with a seed derived from (seed, environment, number of
the **key**). Seeding costs about 95 ms (the ROM is loaded again), an ordinary reset 6 ms.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retroml_core.seeding import Seeds

if TYPE_CHECKING:
    from retroml_core.tree import Tree

__all__ = ["Beginning", "Keys"]


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a game began: its `number` in the stream, the `frames` it idled, the key's `seed` or -1 for an ordinary reset."""

    environment: int
    number: int
    frames: int
    seed: int = -1


@dataclass
class Keys:
    """The keys of `count` environments: how many each had, and the beginnings since (idle frames, the key's own first)."""

    seed: int
    count: int
    spacing: int
    numbers: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    frames: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.numbers = self.numbers or [0] * self.count
        self.starts = self.starts or [0] * self.count
        self.frames = self.frames or [[] for _ in range(self.count)]

    def current(self, environment: int) -> int:
        """The seed of the environment's current key."""
        return Seeds(self.seed).integer("key", environment, self.numbers[environment]) & 0x7FFF_FFFF

    def due(self, environment: int, row: int) -> bool:
        """Whether a game that begins at `row` (the environment's steps so far) is a key."""
        return row - self.starts[environment] >= self.spacing

    def advance(self, environment: int, row: int) -> int:
        """Start the next key at `row`; its seed."""
        self.numbers[environment] += 1
        self.starts[environment] = row
        self.frames[environment] = []
        return self.current(environment)

    def note(self, environment: int, frames: int) -> None:
        """A game began after `frames` idle frames."""
        self.frames[environment].append(frames)

    def state(self) -> Tree:
        """What `restored` needs."""
        return {
            "numbers": list(self.numbers),
            "starts": list(self.starts),
            "frames": [list(frames) for frames in self.frames],
        }

    def restored(self, state: Tree) -> Keys:
        """These keys as they were when `state` was taken."""
        return Keys(
            self.seed,
            self.count,
            self.spacing,
            [int(number) for number in state["numbers"]],
            [int(start) for start in state["starts"]],
            [[int(count) for count in frames] for frames in state["frames"]],
        )
