"""What the policy of a moment thought: the stored policy of that time, asked about what the agent saw.

Shapes: B environments, A actions, C channels, H height, W width, U hidden units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retroml_video.probes import Probes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.tape import Moment
    from retroml_core.training.players import Player, Players

__all__ = ["PolicyView", "Thought"]


@dataclass(frozen=True)
class Thought:
    """`probabilities` float32 (A,), `value` and the answers of the network's `layers`, by the policy stored at `policy_step`.

    None or empty where there is no policy, or it has no such thing.
    """

    probabilities: NDArray[np.float32] | None = None
    policy_step: int | None = None
    value: float | None = None
    layers: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


class PolicyView:
    """Looks at moments through the newest policy stored at or before each of them.

    With `fixed_step` the policy at or before that step is used for all of them. Which policies there are is asked once. A
    policy that cannot be loaded makes a film without bars, not no film; `problem` then says why. `no_layers` says why the
    layers of the network cannot be shown, once a policy was asked.
    """

    def __init__(self, players: Players, *, fixed_step: int | None = None) -> None:
        self.players, self.fixed_step = players, fixed_step
        self.problem = ""
        self.no_layers = "no policy is stored"
        self._steps = list(players.steps)
        self._at = 0
        self._player: Player | None = None
        self._probes: Probes | None = None

    def look(self, moment: Moment) -> Thought:
        """What the policy made of the observation of `moment`."""
        return self.look_at(moment.observation, moment.step)

    def look_at(self, observation: NDArray[np.uint8], step: int) -> Thought:
        """What the policy of a step of the run makes of an observation (C, H, W)."""
        if self.problem:
            return Thought()
        try:
            player = self._player_at(step if self.fixed_step is None else self.fixed_step)
            if player is None:
                return Thought()
            probes = self._probing(player)
            decision = player.decide(observation[None], greedy=True)
        except (OSError, ValueError, KeyError) as error:
            self.problem = f"Action probabilities are missing: the stored policies cannot be read ({error})."
            return Thought()
        known = decision.probabilities
        return Thought(
            probabilities=None if known is None else known[0],
            policy_step=player.step,
            value=None if decision.values is None else float(decision.values[0]),
            layers=probes.answers(),
        )

    def close(self) -> None:
        """Leave the network alone. May be called twice."""
        if self._probes is not None:
            self._probes.close()

    def _player_at(self, step: int) -> Player | None:
        at = bisect_right(self._steps, step)
        if at != self._at:
            self._at, self._player = at, self.players.nearest(self._steps[at - 1]) if at else None
        return self._player

    def _probing(self, player: Player) -> Probes:
        """The probes in the network that all players share."""
        if self._probes is None:
            wearing = getattr(self.players, "wearing", None)
            self._probes = Probes(wearing(player)) if wearing is not None else Probes(None)
            self.no_layers = self._probes.why_none
        return self._probes
