"""Runs compared: their learning curves in one plot, and how well each did in the end; those of other seeds as one."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.faults import Fault
from retroml_core.runs.run import SCORE
from retroml_core.services import ExperimentService, MetricsService
from retroml_dearpygui.services.run_names import END_OF_ID, made_of, run_title
from retroml_dearpygui.services.seeds import over_seeds, spread, told_apart, training_settings
from retroml_dearpygui.services.smoothing import Smooth, smooth
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.debounce import Rhythm
from retroml_dearpygui.viewmodels.wording import million, score, trained

if TYPE_CHECKING:
    from retroml_core.index import RunRow
    from retroml_dearpygui.desk import Desk

__all__ = ["BANDED", "HEADS", "MOST_LINES", "MOST_RUNS", "CompareViewModel", "Compared"]

MOST_LINES = 12
"""Six colours that everybody can tell apart, each without marks and with them."""

BANDED = 4
"""More bands than this hide each other."""

MOST_RUNS = 60
HEADS = ("Run", "Mean of the last games", "Best game", "Games", "Steps", "Trained")
POINTS = 1500
FOLLOW_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """A run, or several that differ in seed alone: `title`, learning curve, and figures in words in the order of `HEADS`."""

    rows: tuple[RunRow, ...]
    title: str
    curve: Smooth
    figures: tuple[str, ...]
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)


class CompareViewModel(ViewModel):
    """`runs` are compared while `shown`, over steps or, `by_time`, over the time trained; `lines` are what is drawn of them.

    `joined`: runs that differ in nothing but their seed are one line, their mean. `note` is what to beware of.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.shown = self.by_time = self.joined = False
        self.runs: list[Compared] = []
        self.lines: list[Compared] = []
        self.note = ""
        self._ids: list[str] = []
        self._first = True
        self._rhythm = Rhythm(desk.clock, FOLLOW_SECONDS)

    @property
    def can_join(self) -> bool:
        """Whether some of the runs differ in nothing but their seed."""
        return len(self._alike()) < len(self.runs)

    @property
    def can_part(self) -> bool:
        """Whether there are few enough runs for a line each."""
        return len(self.runs) <= MOST_LINES

    @property
    def hint(self) -> str:
        """What the lines and their bands are."""
        if not self.joined:
            words = "Lines are means of the last 100 games, bands where most games lie."
        else:
            words = "Lines are means over runs that differ in seed alone, bands one standard deviation between these runs to "
            words += "each side. They end where the shortest of their runs ends."
        more = len(self.lines) > BANDED
        return f"{words} Bands are left out where there are more than {BANDED} lines." if more else words

    def open(self, ids: Collection[str]) -> None:
        """Compare these runs, or say why they cannot be."""
        if not 2 <= len(ids) <= MOST_RUNS:
            self.desk.fail(Fault(f"Tick 2 to {MOST_RUNS} runs to compare, not {len(ids)}."))
            return
        self._ids, self._first = list(ids), True
        self.refresh()

    def leave(self) -> None:
        """Compare no more."""
        self.shown, self.runs, self.lines, self._ids = False, [], [], []
        self.changed()

    def show_by(self, by_time: bool) -> None:
        """Draw over the time trained, or over steps."""
        self.by_time = by_time
        self._draw()

    def join(self, joined: bool) -> None:
        """Draw runs that differ in seed alone as one line, or each by itself."""
        self.joined = joined or not self.can_part
        self._draw()

    def tick(self) -> None:
        """Once a frame while they are shown: follow those at work."""
        if any(run.rows[0].state.live for run in self.runs) and self._rhythm.due():
            self.refresh()

    def refresh(self) -> None:
        """Read them anew."""
        ids = list(self._ids)
        self._rhythm.begin()
        self.desk.background(lambda: [self._read(run_id) for run_id in ids], lambda found: self._show(ids, found), self._broken)

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _read(self, run_id: str) -> Compared:
        experiments, metrics = ExperimentService(self.desk.app), MetricsService(self.desk.app)
        run = experiments.find(run_id)
        metrics.refresh(run)
        row = experiments.get(run_id)
        stored = metrics.curve(run_id, SCORE, max_points=POINTS)
        curve = smooth(stored)
        figures = (score(_end(curve)), score(row.best_score), f"{stored.points:,}", million(row.steps), trained(row.seconds))
        title = run_title(self.desk.app, row)
        return Compared(rows=(row,), title=title, curve=curve, figures=(title, *figures), settings=training_settings(run.tree))

    def _show(self, ids: list[str], found: list[Compared]) -> None:
        self._rhythm.end()
        if ids != self._ids:
            return
        self.runs = _told_apart(found)
        alike = self._alike()
        if len(alike) > MOST_LINES:
            words = f"These runs make {len(alike)} lines, but {MOST_LINES} at most can be told apart: tick fewer, or runs that "
            self.leave()
            self.desk.fail(Fault(f"{words}differ in nothing but their seed, which become one line."))
            return
        if self._first:
            self.joined = len(alike) > 1 and all(len(runs) > 1 for runs in alike)
        self.joined = self.joined or not self.can_part
        self.shown, self._first = True, False
        several = len({run.rows[0].game for run in found}) > 1
        self.note = "These runs play different games: how high their scores are says little about which learned better."
        self.note = self.note if several else ""
        self._draw()

    def _draw(self) -> None:
        self.lines = self._means() if self.joined and self.can_join else self.runs
        self.changed()

    def _alike(self) -> list[list[Compared]]:
        """The runs, those together that differ in nothing but their seed."""
        found: dict[frozenset[tuple[str, str]], list[Compared]] = {}
        for run in self.runs:
            found.setdefault(frozenset(run.settings.items()), []).append(run)
        return list(found.values())

    def _means(self) -> list[Compared]:
        groups = self._alike()
        titles = self._titles(groups)
        return [_mean(title, runs, by_time=self.by_time) for title, runs in zip(titles, groups, strict=True)]

    def _titles(self, groups: Sequence[Sequence[Compared]]) -> list[str]:
        """What each group is made of, and how it differs from others that are made of the same."""
        names = [made_of(self.desk.app, runs[0].rows[0]) for runs in groups]
        titles = []
        for name, runs in zip(names, groups, strict=True):
            same = [other[0].settings for at, other in zip(names, groups, strict=True) if at == name]
            apart = told_apart(same)[same.index(runs[0].settings)] if len(same) > 1 else ""
            seeds = f"{len(runs)} seeds" if len(runs) > 1 else f"seed {runs[0].rows[0].seed}"
            titles.append(" · ".join(filter(None, [name, apart, seeds])))
        return titles

    def _broken(self, error: Exception) -> None:
        self._rhythm.end()
        self.leave()
        self.desk.fail(error)


def _mean(title: str, runs: Sequence[Compared], *, by_time: bool) -> Compared:
    """Several runs as one: the mean of their curves and of their figures; the best game is the best of all."""
    rows = tuple(row for run in runs for row in run.rows)
    ends = np.array([end for run in runs if (end := _end(run.curve)) is not None], np.float64)
    mean = score(float(ends.mean())) if len(ends) else score(None)
    around = f" ± {score(float(spread(ends)))}" if len(ends) > 1 else ""
    best = max((row.best_score for row in rows if row.best_score is not None), default=None)
    each = " each" if len(rows) > 1 else ""
    games, steps, seconds = (sum(values) / len(rows) for values in zip(*(_counts(row) for row in rows), strict=True))
    figures = (f"{mean}{around}", score(best), f"{games:,.0f}{each}", f"{million(steps)}{each}", f"{trained(seconds)}{each}")
    curve = over_seeds([run.curve for run in runs], by_time=by_time) if len(runs) > 1 else runs[0].curve
    return Compared(rows=rows, title=title, curve=curve, figures=(title, *figures))


def _told_apart(runs: Sequence[Compared]) -> list[Compared]:
    """The runs, those of the same title with their seed and the end of their id behind it."""
    titles = [run.title for run in runs]
    return [_with_seed(run) if titles.count(run.title) > 1 else run for run in runs]


def _with_seed(run: Compared) -> Compared:
    row = run.rows[0]
    seed = f" · seed {row.seed}" if row.seed is not None else ""
    title = f"{run.title}{seed} · {row.id[-END_OF_ID:]}"
    return dataclasses.replace(run, title=title, figures=(title, *run.figures[1:]))


def _counts(row: RunRow) -> tuple[float, float, float]:
    return row.episodes, row.steps, row.seconds


def _end(curve: Smooth) -> float | None:
    return float(curve.mean[-1]) if len(curve.mean) else None
