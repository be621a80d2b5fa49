"""How a setting falls over the budget of a run. Light: settings name schedules."""

from __future__ import annotations

import math

__all__ = ["SCHEDULES", "share_left"]

SCHEDULES = ("constant", "linear", "cosine")


def share_left(schedule: str, fraction: float) -> float:
    """What is left of a value, 1 to 0, once `fraction` of the budget is used; a `fraction` outside of 0 to 1 is cut.

    "constant" keeps all of it, "linear" falls evenly to 0, "cosine" (https://arxiv.org/abs/1608.03983 eq. 5, without restarts)
    falls slowly at both ends and fastest half-way. Raises ValueError for another name.
    """
    used = min(max(fraction, 0.0), 1.0)
    if schedule == "constant":
        return 1.0
    if schedule == "linear":
        return 1.0 - used
    if schedule == "cosine":
        return 0.5 * (1.0 + math.cos(math.pi * used))
    raise ValueError(f"there is no schedule {schedule!r}; there are {', '.join(SCHEDULES)}")
