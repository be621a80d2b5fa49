"""The columns of the table of runs: the app's own, then those that plugins add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.plugins.registry import resolve
from retroml_dearpygui import offers
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.viewmodels.run_states import state_words
from retroml_dearpygui.viewmodels.wording import million, score, trained, when

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retroml_core.app import App
    from retroml_core.index import RunRow
    from retroml_core.specs import Spec
    from retroml_dearpygui.specs import ColumnSpec

__all__ = ["Column", "run_columns"]

TECHNICAL = ("seed",)
"""Columns that say nothing to who only plays."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: `order` is what the index sorts by ("": it cannot), `text` writes a cell, `width` its share of the table.

    `numbers` and `dates` are sorted with the largest first.
    """

    key: str
    title: str
    width: float
    text: Callable[[RunRow], str]
    order: str = ""
    numbers: bool = False
    dates: bool = False
    help: str = ""


def run_columns(app: App, mode: int) -> list[Column]:
    """The columns that the user's `mode` shows."""
    own = [
        Column(key="name", title="Name", width=2.25, order="name", text=lambda row: run_title(app, row)),
        Column(key="game", title="Game", width=1.5, order="game", text=_titled(app.registry.games, lambda row: row.game)),
        Column(
            key="algorithm", title="Algorithm", width=0.92, order="algorithm",
            text=_titled(app.registry.algorithms, lambda row: row.algorithm),
        ),
        Column(key="state", title="Status", width=1.3, order="state", text=lambda row: f"● {state_words(row.state).words}"),
        Column(
            key="best", title="Best", width=0.65, order="best_score", numbers=True,
            text=lambda row: score(row.best_score), help="The highest score of a whole game.",
        ),
        Column(
            key="mean", title="Mean", width=0.65, order="mean_score", numbers=True,
            text=lambda row: score(row.mean_score), help="The mean score of the last 100 games.",
        ),
        Column(key="steps", title="Steps", width=0.8, order="steps", numbers=True, text=lambda row: million(row.steps)),
        Column(
            key="seconds", title="Trained", width=0.95, order="seconds", numbers=True, text=lambda row: trained(row.seconds)
        ),
        Column(
            key="seed", title="Seed", width=0.9, order="seed", numbers=True,
            text=lambda row: "" if row.seed is None else str(row.seed),
        ),
        Column(
            key="created", title="Created", width=1.8, order="created_at", dates=True, text=lambda row: when(row.created_at)
        ),
    ]  # fmt: skip
    if mode < Mode.STUDENT:
        own = [column for column in own if column.key not in TECHNICAL]
    return own + [_added(app, spec) for spec in offers.columns(app.plugins) if spec.mode <= mode]


def _titled(specs: Mapping[str, Spec], name: Callable[[RunRow], str]) -> Callable[[RunRow], str]:
    titles = {key: spec.title for key, spec in specs.items()}
    return lambda row: titles.get(name(row), name(row))


def _added(app: App, spec: ColumnSpec) -> Column:
    """The column of a plugin; one that raises is reported once and stays empty."""
    broken = False

    def text(row: RunRow) -> str:
        nonlocal broken
        if broken:
            return ""
        try:
            value = resolve(spec.factory)(row)
        except Exception as error:  # noqa: BLE001  # whatever a plugin raises
            broken = True
            app.plugins.report(spec.name, "failed in its column of the table of runs", error)
            return ""
        return "" if value is None else score(value) if isinstance(value, float) else str(value)

    return Column(key=spec.name, title=spec.title, width=spec.width / 110, text=text, help=spec.summary)
