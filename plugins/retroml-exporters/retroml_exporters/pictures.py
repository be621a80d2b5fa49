"""PNG pictures: the score over training with its confidence band, and one panel for each loss.

Made with Matplotlib's figure objects alone, so no global state of pyplot is touched and threads may export
at once. Colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which colour-blind people tell apart.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from retroml_core.exporting import Exporter, ExportError
from retroml_core.files import write_bytes
from retroml_exporters.reading import SCORE, Identity, Moment, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.runs.run import Run

__all__ = ["PngExporter", "moving_band"]

BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
NORMAL_95 = 1.96
PANEL_INCHES = 2.4


class PngExporter(Exporter):
    """Writes `<run id>_score.png` and, when the algorithm reported losses, `<run id>_losses.png`."""

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """One or two pictures a run. Raises ExportError for a run with nothing to draw."""
        return [path for run in runs for path in self._export(run, folder)]

    def _export(self, run: Run, folder: Path) -> list[Path]:
        identity, told = Identity.of(run), list(moments(run))
        scores = [(moment, moment.numbers[SCORE]) for moment in told if SCORE in moment.numbers]
        losses = sorted({name for moment in told for name in moment.numbers if name.startswith("loss/")})
        made = []
        if scores:
            made.append(self._save(self._draw_scores(identity, scores), identity, folder / f"{run.id}_score.png"))
        if losses:
            made.append(self._save(self._draw_losses(identity, told, losses), identity, folder / f"{run.id}_losses.png"))
        if not made:
            raise ExportError(f"{run.id} has no score and no loss to draw yet; let it train until a game is finished")
        return made

    def _draw_scores(self, identity: Identity, scores: list[tuple[Moment, float]]) -> Figure:
        figure = Figure(figsize=(self.config.width_inches, self.config.height_inches), layout="constrained")
        axes = figure.add_subplot()
        steps_N = np.array([moment.step for moment, _ in scores])
        values_N = np.array([value for _, value in scores])
        mean_N, half_N = moving_band(values_N, self.config.window)
        axes.plot(steps_N, values_N, ".", color=BLUE, alpha=0.25, markersize=3, markeredgewidth=0, label="one game")
        axes.plot(steps_N, mean_N, color=ORANGE, label=f"mean of the last {self.config.window} games")
        axes.fill_between(
            steps_N, mean_N - half_N, mean_N + half_N, color=ORANGE, alpha=0.3, linewidth=0, label="95 % interval of that mean"
        )
        _dress(axes, f"Score [{self.units.get('score/mean_100', 'points')}]")
        axes.set_title(identity.title)
        axes.legend(loc="best", frameon=False)
        return _sign(figure, identity)

    def _draw_losses(self, identity: Identity, told: list[Moment], losses: list[str]) -> Figure:
        figure = Figure(figsize=(self.config.width_inches, PANEL_INCHES * len(losses) + 1), layout="constrained")
        panels = figure.subplots(len(losses), 1, sharex=True, squeeze=False)[:, 0]
        for panel, name, colour in zip(panels, losses, _colours(len(losses)), strict=True):
            points = [(moment.step, moment.numbers[name]) for moment in told if name in moment.numbers]
            panel.plot(*zip(*points, strict=True), color=colour, linewidth=1)
            _dress(panel, name.removeprefix("loss/").replace("_", " ").capitalize() + " loss")
            panel.label_outer()
        panels[0].set_title(identity.title)
        return _sign(figure, identity)

    def _save(self, figure: Figure, identity: Identity, path: Path) -> Path:
        picture = io.BytesIO()
        about = {"Title": identity.title, "Description": identity.footer, "Software": "Retro ML"}
        figure.savefig(picture, format="png", dpi=self.config.dpi, metadata=about)
        write_bytes(path, picture.getvalue())
        return path


def moving_band(values_N: NDArray[Any], window: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The mean of the last `window` values at each, and half the width of its 95 % confidence interval, both (N,).

    The interval is `1.96 s / sqrt(n)` with the sample standard deviation `s` of the `n` values; 0 for a single one.
    """
    counts_N = np.minimum(np.arange(1, len(values_N) + 1), window)
    # Deviations from the overall mean keep the difference of sums exact for large scores.
    centre = float(values_N.mean())
    sums_N = _window_sums(values_N - centre, window)
    squares_N = _window_sums(np.square(values_N - centre), window)
    variances_N = np.maximum(squares_N - sums_N**2 / counts_N, 0) / np.maximum(counts_N - 1, 1)
    return centre + sums_N / counts_N, NORMAL_95 * np.sqrt(variances_N / counts_N)


def _window_sums(values_N: NDArray[Any], window: int) -> NDArray[np.float64]:
    totals_N: NDArray[np.float64] = np.cumsum(values_N, dtype=np.float64)
    before_N = np.concatenate([np.zeros(min(window, len(totals_N))), totals_N[:-window]])
    totals_N -= before_N
    return totals_N


def _colours(count: int) -> list[str]:
    palette = (BLUE, ORANGE, GREEN, PURPLE)
    return [palette[index % len(palette)] for index in range(count)]


def _dress(axes: Any, label: str) -> None:
    axes.set_ylabel(label)
    axes.set_xlabel("Training [steps]")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.01)


def _sign(figure: Figure, identity: Identity) -> Figure:
    figure.supxlabel(identity.footer, fontsize=8, color="#555555")
    return figure
