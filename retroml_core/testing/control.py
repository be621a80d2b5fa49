"""A `Control` for tests: it counts ticks, and asks to return or stops when told to."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core.algorithm import StopTraining

__all__ = ["FakeControl"]


@dataclass
class FakeControl:
    """The core's word, scripted.

    `done` is the share of the budget used, `steps_left` what `remaining_steps` answers. From tick `return_after` on
    `wants_return` is true; tick `stop_after` raises StopTraining. None: never.
    """

    done: float = 0.0
    steps_left: int | None = None
    return_after: int | None = None
    stop_after: int | None = None
    ticks: int = 0

    def tick(self) -> None:
        """Count; raises StopTraining at tick `stop_after`."""
        self.ticks += 1
        if self.stop_after is not None and self.ticks >= self.stop_after:
            raise StopTraining

    def wants_return(self) -> bool:
        """Whether `return_after` ticks were seen."""
        return self.return_after is not None and self.ticks >= self.return_after

    def fraction(self) -> float:
        """`done`."""
        return self.done

    def remaining_steps(self) -> int | None:
        """`steps_left`."""
        return self.steps_left
