"""The names this plugin reports with their units ("" is a plain number); docs/metrics.md says how each is computed."""

from __future__ import annotations

__all__ = ["ACTIONS", "ADVANTAGES", "MAX_ACTIONS", "QUANTILES", "STANDARD", "action_name", "custom_name", "quantile_name"]

MAX_ACTIONS = 18
"""The Atari joystick has this many actions at most; shares of further ones are not reported."""

BINS = 30
"""The bins of the histogram of the advantages."""

QUANTILES = (5, 25, 50, 75, 95)
"""The percentiles of the advantages that are reported."""


def action_name(action: int) -> str:
    """The name of the share of `action`."""
    return f"actions/share_{action:02d}"


def custom_name(name: str) -> str:
    """The name of a metric that a config defines as `name`."""
    return f"custom/{name}"


def quantile_name(percentile: int) -> str:
    """The name of a percentile of the advantages."""
    return f"advantage/quantile_{percentile:02d}"


STANDARD = {
    "score/mean_100": "points",
    "score/min_100": "points",
    "score/max_100": "points",
    "score/last": "points",
    "score/best": "points",
    "episode/length_mean": "steps",
    "time/steps_per_second": "steps/s",
    "time/frames_per_second": "frames/s",
    "time/update_share": "",
    "advantage/mean": "",
    "advantage/std": "",
    "value/explained_variance": "",
    "value/return_error": "",
    "policy/action_entropy": "nats",
}

ADVANTAGES = {
    "advantage/min": "",
    **{quantile_name(percentile): "" for percentile in QUANTILES},
    "advantage/max": "",
    "advantage/positive_share": "",
}

ACTIONS = {action_name(action): "" for action in range(MAX_ACTIONS)}
