"""What scores of several seeds or games say: how far two groups lie apart, and whether luck explains it."""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections.abc import Iterable, Sequence

__all__ = ["chance", "distance", "standard_error", "verdict"]

EXACT_UP_TO = 200_000
"""Divisions into two groups that are all looked at: those of 10 and 10 seeds, which takes a second."""

DRAWN = 50_000
"""Divisions looked at where there are more."""


def verdict(ours: Sequence[float], reference: Sequence[float]) -> str:
    """ "within" when the mean of our seeds lies between the lowest and the highest seed of the reference; "above", "below"."""
    mean = statistics.fmean(ours)
    if mean > max(reference):
        return "above"
    return "below" if mean < min(reference) else "within"


def chance(ours: Sequence[float], reference: Sequence[float]) -> float:
    """The share of all ways to divide these scores into two such groups whose means differ at least as much as these do.

    The exact two-sided permutation test (Fisher 1935); with 5 scores each it can be as small as 2 / 252. Where there are more
    than `EXACT_UP_TO` ways, `DRAWN` of them, always the same ones, stand for all (Phipson and Smyth 2010,
    https://doi.org/10.2202/1544-6115.1585).
    """
    both = [*ours, *reference]
    total, count, others = sum(both), len(ours), len(reference)

    def difference(chosen: Iterable[float]) -> float:
        part = sum(chosen)
        return abs(part / count - (total - part) / others)

    seen = difference(ours) * (1 - 1e-9)
    if math.comb(len(both), count) <= EXACT_UP_TO:
        ways = [difference(chosen) >= seen for chosen in itertools.combinations(both, count)]
        return sum(ways) / len(ways)
    draws = random.Random(0)
    as_far = sum(difference(draws.sample(both, count)) >= seen for _ in range(DRAWN))
    return (as_far + 1) / (DRAWN + 1)


def standard_error(one: Sequence[float], other: Sequence[float]) -> float | None:
    """The standard error of the difference of the means of two groups that need not vary alike (Welch 1947).

    https://doi.org/10.1093/biomet/34.1-2.28. None when either has fewer than two scores.
    """
    if min(len(one), len(other)) < 2:
        return None
    return math.sqrt(sum(statistics.variance(each) / len(each) for each in (one, other)))


def distance(scores: Sequence[float], baseline: Sequence[float]) -> float | None:
    """How far the mean of `scores` lies above that of `baseline`, in standard errors of the difference.

    None when either has fewer than two scores, or no score differs from another.
    """
    error = standard_error(scores, baseline)
    return (statistics.fmean(scores) - statistics.fmean(baseline)) / error if error else None
