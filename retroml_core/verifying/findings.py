"""What a verification comes to: what was compared, what could not be, and the first divergence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Divergence", "Progress", "Verdict", "ignore"]

Progress = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many steps; whatever it raises ends the verification."""


def ignore(doing: str, done: int, total: int) -> None:
    """A `Progress` for those who do not look."""


@dataclass(frozen=True, kw_only=True)
class Divergence:
    """The first thing that is not as recorded: at which `step` of the run, and `what` in words.

    `kind` is "config", "tape", "action", "reward", "end", "life", "observation", "play", "episode", "evaluation", "parameters"
    or "checkpoint". `hint` narrows down where it comes from.
    """

    step: int
    kind: str
    what: str
    hint: str = ""


@dataclass
class Verdict:
    """The result for the steps `first` to `last` of `run`.

    `differences` lists in what this machine differs from the recorded one; only without any are equal bits promised.
    `compared` counts what was compared by name, `unverifiable` says what could not be and why. `trained_to` is the last step
    to which training was carried out again and came to all that is recorded; None: it was not.
    """

    run: str
    first: int
    last: int
    differences: list[str] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    unverifiable: list[str] = field(default_factory=list)
    divergence: Divergence | None = None
    trained_to: int | None = None

    @property
    def ok(self) -> bool:
        """Whether everything that was compared is as recorded."""
        return self.divergence is None

    def count(self, name: str, number: int = 1) -> None:
        """So many more of `name` were compared."""
        self.compared[name] = self.compared.get(name, 0) + number

    def found(self, *divergences: Divergence | None) -> None:
        """Take in what was found, of which the earliest counts; of equally early ones the first named."""
        found = (one for one in (self.divergence, *divergences) if one is not None)
        self.divergence = min(found, key=lambda one: one.step, default=None)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "verified": self.ok}
