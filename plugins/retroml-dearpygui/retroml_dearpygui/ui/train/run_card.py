"""The cards of a run at work: what it is, its buttons, its figures, its curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_core.events import RunState
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.train.room import cramped, tight
from retroml_dearpygui.ui.widgets.basic import bar, button, card, cell, grid, pill, row, text, tooltip
from retroml_dearpygui.ui.widgets.section import section
from retroml_dearpygui.viewmodels.wording import million, score, short, trained

if TYPE_CHECKING:
    from retroml_dearpygui.services.runbook import RunCard
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.runs import RunsViewModel
    from retroml_dearpygui.viewmodels.time_left import TimeLeftViewModel

__all__ = ["ControlsCard", "FiguresCard"]

BUTTONS = 224
"""Pixels at 100 % for the two of them that are shown at most."""
ABREAST, LETTERS = 3, 22
"""How many runs at work are named side by side, and with how many letters: names may be long."""
TILES = (
    ("reward", "Mean score", icons.TROPHY, "Mean of the last 100 games, in points of the game itself."),
    ("steps", "Timesteps", icons.LAYERS, "Decisions of the agent; each lasts 4 frames of the game."),
    ("episodes", "Episodes", icons.REPEAT, "Whole games played to their end."),
    ("eta", "Time left", icons.CLOCK, "Until its films are made, at the speeds seen lately; a pause does not count."),
)


class ControlsCard:
    """Which run is shown, how it stands, Pause, Resume and Stop: tags `run.*`."""

    def __init__(self, ui: Ui, runs: RunsViewModel) -> None:
        self._ui = ui
        self._runs = runs
        self._listed: tuple[tuple[str, str], ...] = ()

    def build(self) -> None:
        """Make the card."""
        ui, runs = self._ui, self._runs
        self._listed = ()
        with section(runs.desk, ui, "train.controls", "Training controls", icons.GAMEPAD_2):
            dpg.add_group(tag="run.tabs")
            with cell() if tight(ui) else grid(ui, [1, -BUTTONS]):
                with cell():
                    text(ui, "", "h2", tag="run.title", wrap=0)
                    with row(ui, 6) as line:
                        ui.theme(line, "pills")
                        pill(ui, "", tag="run.state")
                        pill(ui, "", tag="run.algorithm")
                        text(ui, "", "small", tag="run.words", wrap=0)
                with row(ui, 8):
                    wide = ui.px((BUTTONS - 8) / 2)
                    dpg.add_spacer(width=wide, tag="run.gap", show=False)
                    button(ui, "Pause", self._pause, icon=icons.PAUSE, width=wide, tag="run.pause")
                    button(ui, "Resume", self._resume, "primary", icon=icons.PLAY, width=wide, tag="run.resume")
                    button(ui, "Stop", self._stop, "danger", icon=icons.CIRCLE_STOP, width=wide, tag="run.stop")
            bar(ui, tag="run.bar")
            text(ui, "", "small", tag="run.note", wrap=0, show=False)

    def show(self) -> None:
        """Bring it up to date."""
        self._show_tabs()
        card_ = self._runs.card
        for tag in ("run.state", "run.algorithm", "run.words", "run.bar"):
            dpg.configure_item(tag, show=card_ is not None)
        if card_ is None:
            dpg.set_value("run.title", "Nothing is training yet")
            for tag in ("run.pause", "run.resume", "run.stop"):
                dpg.configure_item(tag, show=False)
            return
        self._show_run(card_)

    def _show_run(self, shown: RunCard) -> None:
        words, status = self._runs.words(shown), shown.status
        dpg.set_value("run.title", self._runs.title(shown))
        dpg.set_item_label("run.state", words.words)
        self._ui.theme("run.state", f"pill_{words.role}")
        dpg.set_item_label("run.algorithm", shown.algorithm.upper())
        dpg.configure_item("run.pause", show=words.pause)
        dpg.configure_item("run.resume", show=words.resume)
        dpg.configure_item("run.stop", show=words.stop)
        alone = words.pause + words.resume + words.stop == 1
        dpg.configure_item("run.gap", show=alone and not tight(self._ui))  # one button alone stands at the right, too
        share = 1.0 if status.state is RunState.COMPLETED else status.fraction
        dpg.set_value("run.bar", share)
        dpg.set_value("run.words", f"{share:.0%} · step {million(status.step)} · {trained(status.seconds)}")
        note = status.reason or status.activity
        dpg.configure_item("run.note", show=bool(note))
        dpg.set_value("run.note", note)

    def _show_tabs(self) -> None:
        """One button a run while several are at work."""
        live = self._runs.look.live
        listed = tuple((one.id, "seg_on" if one.id == self._runs.chosen else "seg") for one in live) if len(live) > 1 else ()
        if listed == self._listed:
            return
        self._listed = listed
        dpg.delete_item("run.tabs", children_only=True)
        abreast = 1 if cramped(self._ui) else ABREAST
        for first in range(0, len(listed), abreast):
            with dpg.group(parent="run.tabs", horizontal=True, horizontal_spacing=self._ui.px(6)):
                for one, (run_id, kind) in list(zip(live, listed, strict=False))[first : first + abreast]:
                    self._tab(self._runs.title(one), run_id, kind)

    def _tab(self, title: str, run_id: str, kind: str) -> None:
        item = dpg.add_button(
            label=short(title, LETTERS),
            tag=f"run.tab.{run_id}",
            user_data=run_id,
            callback=lambda _sender, _data, chosen: self._runs.choose(chosen),
        )
        self._ui.theme(item, kind)
        if len(title) > LETTERS:
            tooltip(self._ui, item, title)

    def _pause(self) -> None:
        self._runs.pause(self._runs.chosen)

    def _resume(self) -> None:
        self._runs.resume(self._runs.chosen)

    def _stop(self) -> None:
        self._runs.stop(self._runs.chosen)


class FiguresCard:
    """Score, steps, frames, episodes, time left, speed: tags `figure.*`."""

    def __init__(self, ui: Ui, runs: RunsViewModel, left: TimeLeftViewModel) -> None:
        self._ui = ui
        self._runs = runs
        self._left = left

    def build(self) -> None:
        """Make the card."""
        ui = self._ui
        abreast = 1 if cramped(ui) else 2 if tight(ui) else len(TILES)
        with section(self._runs.desk, ui, "train.metrics", "Current metrics", icons.GAUGE):
            for first in range(0, len(TILES), abreast):
                with grid(ui, [1] * abreast):
                    for key, label, icon, meaning in TILES[first : first + abreast]:
                        self._tile(key, label, icon, meaning)

    def _tile(self, key: str, label: str, icon: str, meaning: str) -> None:
        ui = self._ui
        with card(ui, kind="inset", tag=f"figure.{key}.box"), dpg.group() as lines:
            ui.theme(lines, "tight")
            with row(ui, 8):
                dpg.add_text(icon, color=ui.tone("faint"))
                text(ui, label, "small")
            text(ui, "–", "kpi", tag=f"figure.{key}")
            text(ui, "", "small", tag=f"figure.{key}.more")
        tooltip(ui, f"figure.{key}", meaning, label)

    def show(self) -> None:
        """Bring it up to date."""
        shown = self._runs.card
        status = shown.status if shown else None
        figures = {
            "reward": (score(status.mean_score), f"last {score(status.last_score)}, best {score(status.best_score)}"),
            "steps": (million(status.step), f"{million(status.frames)} frames"),
            "episodes": (f"{status.episodes:,}", f"{million(status.steps_per_second)} steps/s" if status.state.live else ""),
            "eta": (self._left.words, f"{trained(status.seconds)} trained"),
        } if status else dict.fromkeys([tile[0] for tile in TILES], ("–", ""))  # fmt: skip
        for key, (value, more) in figures.items():
            dpg.set_value(f"figure.{key}", value)
            dpg.set_value(f"figure.{key}.more", more)
