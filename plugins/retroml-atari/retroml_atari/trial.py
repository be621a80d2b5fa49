"""A bookmark is tried out before it is kept: a second console plays on from it, beside the one that was there.

ale-py's states leave some things out: the action held before under sticky actions (`retroml_atari.sticky`), and until pull
request 732, which came after 0.12.1, parts of a few consoles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retroml_atari.shelf import Bookmark
    from retroml_atari.simulate import Outcome, Simulator

__all__ = ["TRIAL_STEPS", "Trial"]

TRIAL_STEPS: Final = 4
"""So many steps, none of them a game's last, are to be alike; those who start from a bookmark look at none of them."""


class Trial:
    """`mark` taken up in `console`."""

    def __init__(self, mark: Bookmark, console: Simulator) -> None:
        self.mark, self.console = mark, console
        console.load(mark.state, mark.elapsed)
        self._left = TRIAL_STEPS

    def step(self, action: int, outcome: Outcome, played: Simulator) -> bool | None:
        """Play the step of `played` that led to `outcome`: whether the mark is good, None while that is open."""
        mine = self.console.step(action, look=False)
        ends = (mine.reward, mine.ended, mine.lives), (outcome.reward, outcome.ended, outcome.lives)
        if ends[0] != ends[1] or mine.ended:
            return False
        self._left -= 1
        return None if self._left else self.console.equals(played)
