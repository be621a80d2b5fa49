"""The spread of the advantages of an update."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.metrics import Histogram, Metric, UpdateBatch
from retroml_metrics.formulas import histogram
from retroml_metrics.names import BINS, QUANTILES, quantile_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["AdvantagesMetric"]


class AdvantagesMetric(Metric):
    """Quantiles and a histogram of `samples["advantages"]`; says nothing for an algorithm that has none."""

    def on_update(self, batch: UpdateBatch) -> Mapping[str, float]:
        """Names and units are in `retroml_metrics.names.ADVANTAGES`; quantiles are interpolated linearly."""
        samples_N = batch.samples.get("advantages")
        if samples_N is None or not samples_N.size:
            return {}
        advantages_N: NDArray[np.float64] = samples_N.astype(np.float64)
        quantiles = np.percentile(advantages_N, QUANTILES)
        return {
            "advantage/min": float(advantages_N.min()),
            **{quantile_name(percentile): float(value) for percentile, value in zip(QUANTILES, quantiles, strict=True)},
            "advantage/max": float(advantages_N.max()),
            "advantage/positive_share": float((advantages_N > 0).mean()),
        }

    def histograms(self, batch: UpdateBatch) -> Mapping[str, Histogram]:
        """All advantages of the update, under `advantage/histogram`."""
        samples_N = batch.samples.get("advantages")
        return {} if samples_N is None or not samples_N.size else {"advantage/histogram": histogram(samples_N, BINS)}
