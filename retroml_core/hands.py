"""How the actions of an online algorithm reach its environment: for all copies at once, or for one half after the other.

    whole      choose | emulators work | choose | emulators work
    halves     choose A | choose B   | choose A | choose B
                        | A works    | B works  | A works

With halves, the emulators of one work while the network thinks about the other. The order of everything is fixed, so what
is played does not depend on who is faster.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.environment import DividedEnvironment, VectorEnvironment

__all__ = ["Hands", "hands_for"]

Choose = Callable[["NDArray[np.uint8]"], "NDArray[np.int64]"]


class Hands(Protocol):
    """What sends actions."""

    @property
    def looks_ahead(self) -> bool:
        """Whether `look_ahead` does anything."""

    @property
    def ahead(self) -> bool:
        """Whether actions of the next step are chosen already: that step must then be played."""

    def send(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Choose for observations (B, C, H, W) and start the step; the actions (B,) that are executed."""

    def look_ahead(self) -> None:
        """Choose for the half whose next observations are there already, if there are any."""


def hands_for(environment: VectorEnvironment, choose: Choose, *, in_parts: bool) -> Hands:
    """Halves where `environment` is divided and `choose` may be asked for a part of it, else all at once."""
    if in_parts and len(getattr(environment, "parts", ())) > 1:
        return _Halves(cast("DividedEnvironment", environment), choose)
    return _Whole(environment, choose)


class _Whole:
    looks_ahead = ahead = False

    def __init__(self, environment: VectorEnvironment, choose: Choose) -> None:
        self._environment = environment
        self._choose = choose

    def send(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        return self._environment.send(self._choose(obs))

    def look_ahead(self) -> None:
        """Nothing can be seen yet."""


class _Halves:
    looks_ahead = True

    def __init__(self, environment: DividedEnvironment, choose: Choose) -> None:
        self._environment = environment
        self._choose = choose
        self._chosen: NDArray[np.int64] | None = None

    @property
    def ahead(self) -> bool:
        return self._chosen is not None

    def send(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        import numpy as np

        first = self._environment.parts[0]
        chosen, self._chosen = self._chosen, None
        if chosen is None:
            chosen = self._choose(obs[:first])
        executed = self._environment.send_part(0, chosen)
        return np.concatenate([executed, self._environment.send_part(1, self._choose(obs[first:]))])

    def look_ahead(self) -> None:
        seen = self._environment.first_part()
        if seen is not None:
            self._chosen = self._choose(seen)
