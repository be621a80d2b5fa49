"""Runs that differ in nothing but their seed: one line for all of them, and what tells their settings from those of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_dearpygui.services.run_report import NOTHING, flat
from retroml_dearpygui.services.smoothing import Smooth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

__all__ = ["over_seeds", "spread", "told_apart", "training_settings"]

POINTS = 500
LABELS = (
    "id", "name", "seed", "created_at", "tags", "notes", "group", "parent", "schema_version", "preset", "film", "exporters",
    "checkpoints", "metrics",
)  # fmt: skip
"""What says nothing about how a run trains, or what its other settings say."""
MOST_SETTINGS = 2


def over_seeds(curves: Sequence[Smooth], *, by_time: bool) -> Smooth:
    """The mean of `curves` and one standard deviation between them to each side, over steps or the time trained.

    It begins where the last of them begins and ends where the first of them ends, so that every point is a mean of all.
    """
    xs = [curve.seconds if by_time else curve.steps for curve in curves]
    first, last = max((float(x[0]) for x in xs if len(x)), default=0.0), min((float(x[-1]) for x in xs if len(x)), default=0.0)
    there = all(map(len, xs)) and first <= last
    at: Values = np.linspace(first, last, POINTS) if there else np.zeros(0)

    def each(values: Sequence[Values]) -> Values:
        return np.stack([np.interp(at, x, y) if there else at for x, y in zip(xs, values, strict=True)])

    means = each([curve.mean for curve in curves])
    mean, around = means.mean(axis=0), spread(means)
    return Smooth(
        steps=each([curve.steps for curve in curves]).mean(axis=0),
        seconds=each([curve.seconds for curve in curves]).mean(axis=0),
        mean=mean,
        low=mean - around,
        high=mean + around,
        window=max(curve.window for curve in curves),
        band_name="one standard deviation between seeds",
    )


def spread(values: Values) -> Values:
    """The standard deviation over the first axis, of the n - 1 kind; zero where there is only one."""
    result: Values = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1:])
    return result


def training_settings(tree: Mapping[str, Any]) -> dict[str, str]:
    """What shapes how a run trains, but for its seed: the same for runs that differ in seed, names and films alone."""
    found = dict(flat({key: value for key, value in tree.items() if key not in LABELS}))
    if any(found.get(f"budget.{unit}", NOTHING) != NOTHING for unit in ("hours", "minutes", "seconds", "steps")):
        found.pop("budget.default_hours", None)
    return found


def told_apart(leaves: Sequence[Mapping[str, str]]) -> list[str]:
    """For each run in what settings it differs from the others, in words such as "learning_rate 0.001, epochs 3".

    What `training_settings` gave of each; the settings of the algorithm come first.
    """
    keys = sorted({key for found in leaves for key in found} - {"algorithm.name", "game"}, key=_algorithm_first)
    differing = [key for key in keys if len({found.get(key) for found in leaves}) > 1]
    words = []
    for found in leaves:
        parts = [f"{key.rpartition('.')[2]} {found[key]}" for key in differing if key in found]
        more = [f"{len(parts) - MOST_SETTINGS} more"] if len(parts) > MOST_SETTINGS else []
        words.append(", ".join([*parts[:MOST_SETTINGS], *more]))
    return words


def _algorithm_first(key: str) -> tuple[bool, str]:
    return not key.startswith("algorithm."), key
