"""Curves and their latest values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_core.services.principal import LOCAL_USER, Principal, guard

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.index import MetricSummary, StoredCurve
    from retroml_core.runs.run import Run

__all__ = ["MetricsService"]


class MetricsService:
    """The numbers of runs, from the index."""

    def __init__(self, app: App, principal: Principal = LOCAL_USER) -> None:
        self._app = app
        self._principal = principal

    def refresh(self, run: Run) -> bool:
        """Take in what is new of `run`; whether anything was. Raises OSError, ValueError, IndexFailure."""
        guard(self._principal, "metrics.read", run.id)
        return self._app.index.ingest(run)

    def curve(self, run_id: str, name: str, *, max_points: int = 1000, steps: tuple[int, int] | None = None) -> StoredCurve:
        """A curve in at most `max_points` points, as of the last `refresh`; see `Index.curve`."""
        guard(self._principal, "metrics.read", run_id)
        return self._app.index.curve(run_id, name, max_points=max_points, steps=steps)

    def latest(self, run_ids: Sequence[str]) -> dict[str, list[MetricSummary]]:
        """Last values and extremes of all curves of runs, by run id."""
        for run_id in run_ids:
            guard(self._principal, "metrics.read", run_id)
        return self._app.index.summaries(run_ids)
