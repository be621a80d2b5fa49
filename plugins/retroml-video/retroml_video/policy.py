"""What the policy of a moment thought: the stored policy of that time, asked about what the agent saw."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.tape import Moment
    from retroml_core.training.players import Player, Players

__all__ = ["PolicyView", "Thought"]


@dataclass(frozen=True)
class Thought:
    """`probabilities` float32 (A,) of the policy stored at `policy_step`; None where there is none or it has none."""

    probabilities: NDArray[np.float32] | None = None
    policy_step: int | None = None


class PolicyView:
    """Looks at moments through the newest policy stored at or before each of them.

    With `fixed_step` the policy at or before that step is used for all of them. Which policies there are is asked once. A
    policy that cannot be loaded makes a film without bars, not no film; `problem` then says why.
    """

    def __init__(self, players: Players, *, fixed_step: int | None = None) -> None:
        self.players, self.fixed_step = players, fixed_step
        self.problem = ""
        self._steps = list(players.steps)
        self._at = 0
        self._player: Player | None = None

    def look(self, moment: Moment) -> Thought:
        """What the policy made of the observation of `moment`."""
        if self.problem:
            return Thought()
        try:
            player = self._player_at(moment.step if self.fixed_step is None else self.fixed_step)
            if player is None:
                return Thought()
            decision = player.decide(moment.observation[None], greedy=True)
        except (OSError, ValueError, KeyError) as error:
            self.problem = f"Action probabilities are missing: the stored policies cannot be read ({error})."
            return Thought()
        if decision.probabilities is None:
            return Thought(None, player.step)
        return Thought(decision.probabilities[0], player.step)

    def _player_at(self, step: int) -> Player | None:
        at = bisect_right(self._steps, step)
        if at != self._at:
            self._at, self._player = at, self.players.nearest(self._steps[at - 1]) if at else None
        return self._player
