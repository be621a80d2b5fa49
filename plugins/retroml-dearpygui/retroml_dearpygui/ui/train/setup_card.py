"""The card that sets up a training: game, length, algorithm, settings, what to expect, Start."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.forms.repeatable import STEPS, SWITCH
from retroml_dearpygui.forms.topics import setting_topic
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.train.changes_box import ChangesBox
from retroml_dearpygui.ui.train.gallery import about
from retroml_dearpygui.ui.train.measure_box import MeasureBox
from retroml_dearpygui.ui.train.network_row import NetworkRow
from retroml_dearpygui.ui.train.preset_row import PRESETS, PresetRow
from retroml_dearpygui.ui.train.room import cramped
from retroml_dearpygui.ui.train.versus_box import VersusBox
from retroml_dearpygui.ui.widgets.basic import button, card, cell, grid, inside, refill, row, space, text, tooltip
from retroml_dearpygui.ui.widgets.form_view import FormView
from retroml_dearpygui.ui.widgets.section import fold
from retroml_dearpygui.viewmodels.changes import LENGTH
from retroml_dearpygui.viewmodels.comparison import ComparisonViewModel
from retroml_dearpygui.viewmodels.measuring import ENVIRONMENTS
from retroml_dearpygui.viewmodels.wording import million, trained

if TYPE_CHECKING:
    from retroml_core.specs import Problem
    from retroml_dearpygui.forms.fields import Field
    from retroml_dearpygui.services.expectation import Expectation
    from retroml_dearpygui.ui.game_textures import GameTextures
    from retroml_dearpygui.ui.train.gallery import Gallery
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.train import TrainViewModel

__all__ = ["SetupCard"]

QUICK, QUICK_CRAMPED = 4, 3
PARTS = {
    "environment": "HOW THE GAME IS SHOWN AND PLAYED",
    "network": "NETWORK",
    "checkpoints": "CHECKPOINTS",
    "evaluation": "EVALUATION",
    "film": "FILMS",
}
"""What the parts of a run are called in the form."""
FOLDS = {
    "train.steps": (),
    "train.fields": ("train.hyper",),
    "train.fields_advanced": ("train.hyper", "train.advanced"),
    "train.fields_run": ("train.run",),
}
"""Where fields are drawn -> the folds around that place: what is folded away is not drawn at all, there are up to ninety."""


class SetupCard:
    """Draws a `TrainViewModel` under tags `train.*`."""

    def __init__(self, ui: Ui, model: TrainViewModel, textures: GameTextures, gallery: Gallery) -> None:
        self._ui = ui
        self._model = model
        self._textures = textures
        self._gallery = gallery
        self._measure = MeasureBox(ui, model, model.measuring)
        below = {ENVIRONMENTS: self._measure.build}
        self._form = FormView(
            ui, "train.form", edit=model.edit, put=model.put, revert=model.revert, learn=self._learn, below=below
        )
        self._changes = ChangesBox(ui, model.revert, model.reset)
        self._network = NetworkRow(ui, model)
        self._presets = PresetRow(ui, model)
        self._versus = VersusBox(ui, model.desk.viewmodel(ComparisonViewModel), model.algorithms)
        self._expected: list[tuple[str, str, str]] = []
        self._fields: tuple[str, ...] = ()
        self._pictures: tuple[object, ...] = ()

    @property
    def _mode(self) -> Mode:
        return Mode(self._model.desk.settings.now.mode)

    def build(self) -> None:
        """Make the card in the current container."""
        self._fields, self._pictures, self._expected = (), (), []
        self._form.clear()
        ui, model = self._ui, self._model
        with card(ui, "New training", icons.SPARKLES, tag="train.new"):
            text(ui, "GAME", "small")
            dpg.add_group(tag="train.games")
            text(ui, "HOW LONG", "small")
            self._presets.build()
            with row(ui, 8):
                self._length_field("train.hours", model.length.hours_text, "h")
                self._length_field("train.minutes", model.length.minutes_text, "min")
            text(ui, "", "small", "danger", tag="train.length_fault", wrap=0, show=False)
            dpg.add_group(tag="train.steps", show=False)
            ui.theme(dpg.add_group(tag="train.expect"), "tight")
            self._changes.build()
            text(ui, "", tone="danger", tag="train.problem", wrap=0, show=False)
            space(ui, 2)
            start = button(
                ui, "Start training", model.start, "primary", icon=icons.PLAY, tag="train.start", width=-1, height=ui.px(44)
            )
            ui.font(start, "strong")
            tooltip(ui, start, "Ctrl+Enter. It goes on when the app is closed.")
            if self._mode >= Mode.STUDENT:  # below Start, which stays in sight however many settings are unfolded
                space(ui, 2)
                text(ui, "SETTINGS", "small")
                self._settings()
        self.show()

    def _length_field(self, tag: str, value: str, unit: str) -> None:
        dpg.add_input_text(tag=tag, default_value=value, width=self._ui.px(96), callback=lambda: self._typed_length())
        text(self._ui, unit, tone="muted")

    def _settings(self) -> None:
        ui, model = self._ui, self._model
        with grid(ui, [-150, 1, -34]):
            text(ui, "Algorithm", tone="muted")
            titles = {spec.title: spec.name for spec in model.algorithms}
            dpg.add_combo(
                list(titles),
                default_value=model.algorithm_spec.title,
                tag="train.algorithm",
                width=-1,
                callback=lambda _sender, title: model.choose_algorithm(titles[title]),
            )
        with dpg.tooltip("train.algorithm", delay=0.35) as tip:
            dpg.add_text("", tag="train.algorithm_words", wrap=ui.px(340))
        ui.theme(tip, "tooltip")
        self._network.build()
        with grid(ui, [-150, 1, -34]):
            seed = text(ui, "Seed", tone="muted")
            tooltip(ui, seed, "The same seed repeats the same chances. Empty: drawn anew for every training.", "Seed")
            dpg.add_input_text(
                tag="train.seed", hint="drawn anew", width=-1, callback=lambda _sender, words: model.set_seed(words)
            )
            button(ui, "", model.roll_seed, "ghost", icon=icons.REFRESH_CW, tip="Roll the dice", tag="train.dice")
        text(ui, "", "small", "danger", tag="train.seed_fault", wrap=0, show=False)
        desk, draw = model.desk, model.changed
        with fold(desk, ui, "train.hyper", "Hyperparameters", icons.SLIDERS_HORIZONTAL, open_first=False, toggled=draw):
            dpg.add_group(tag="train.fields")
            self._reset_button("train.fields")
            with fold(desk, ui, "train.advanced", "Advanced", open_first=False, toggled=draw):
                dpg.add_group(tag="train.fields_advanced")
                self._reset_button("train.fields_advanced")
        with fold(desk, ui, "train.versus", "Compare algorithms", icons.GIT_COMPARE, open_first=False):
            self._versus.build()
        if self._mode >= Mode.RESEARCH:
            title = "Run, network, evaluation, films"
            with fold(desk, ui, "train.run", title, icons.LAYERS, open_first=False, toggled=draw):
                dpg.add_group(tag="train.fields_run")
                self._reset_button("train.fields_run")

    def _reset_button(self, place: str) -> None:
        """The way back for all fields drawn at a place."""
        reset = lambda: self._model.reset(self._places()[place])  # noqa: E731  # said once, used once
        button(self._ui, "Reset these", reset, "link", icon=icons.ROTATE_CCW, tag=f"{place}.reset", show=False)

    # --- keeping up -----------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Bring everything up to date with the view-model."""
        model = self._model
        self._show_games()
        self._presets.show()
        self._show_length()
        self._show_expectation()
        hidden = [change for change in model.changes if change.key != LENGTH]  # the length is in sight in every mode
        self._changes.show(model.changes if self._mode >= Mode.STUDENT else hidden, PRESETS[model.preset])
        dpg.configure_item("train.problem", show=bool(model.obstacles))
        dpg.set_value("train.problem", "\n".join(model.obstacles))
        dpg.configure_item("train.start", enabled=model.can_start)
        dpg.set_item_label("train.start", f"{icons.PLAY}  {'Starting …' if model.starting else 'Start training'}")
        if self._mode >= Mode.STUDENT:
            self._show_settings()
            dpg.configure_item("train.steps", show=model.ends_at_steps)

    def _show_games(self) -> None:
        model, ui = self._model, self._ui
        wanted = (model.game, self._textures.version)
        if wanted == self._pictures:
            return
        self._pictures = wanted
        most = QUICK_CRAMPED if cramped(ui) else QUICK
        quick = [game.name for game in model.games[:most]]
        if model.game not in quick:
            quick = [model.game, *quick[: most - 1]]
        with refill("train.games"):
            with row(ui, 8):
                for name in quick:
                    self._game(name)
            with cell() as words:
                ui.theme(words, "tight")
                with grid(ui, [1, -100]):
                    text(ui, model.game_spec.title, "strong", tag="train.game_title")
                    button(ui, f"All {len(model.games)} games", self._gallery.open, "link", tag="train.all_games")
                text(ui, about(model.game_spec), "small", wrap=0)

    def _game(self, name: str) -> None:
        ui, tag = self._ui, f"train.game.{name}"
        dpg.add_image_button(
            self._textures.get(name),
            width=ui.px(76),
            height=ui.px(96),
            tag=tag,
            callback=lambda: self._model.choose_game(name),
        )
        ui.theme(tag, "picture_on" if name == self._model.game else "picture")
        tooltip(ui, tag, about(self._model.desk.app.registry.games[name]), self._model.desk.app.registry.games[name].title)

    def _show_length(self) -> None:
        model = self._model
        for tag, value in (("train.hours", model.length.hours_text), ("train.minutes", model.length.minutes_text)):
            if not dpg.is_item_active(tag):
                dpg.set_value(tag, value)
        dpg.configure_item("train.length_fault", show=bool(model.length.fault))
        dpg.set_value("train.length_fault", model.length.fault)

    def _show_expectation(self) -> None:
        expected = self._model.expectation
        lines = [] if expected is None else _lines(expected, self._model.prospects.scores)
        if lines == self._expected:
            return
        self._expected = lines
        with refill("train.expect"):
            for icon, words, tone in lines:
                with row(self._ui, 8):
                    dpg.add_text(icon, color=self._ui.tone(tone or "faint"))
                    text(self._ui, words, "small", tone, wrap=0)

    def _show_settings(self) -> None:
        model = self._model
        if self._drawable != self._fields:
            self._draw_fields()
        self._network.show()
        self._measure.show()
        self._versus.show()
        self._form.show(model.form)
        for place, fields in self._places().items():
            if dpg.does_item_exist(f"{place}.reset"):
                dpg.configure_item(f"{place}.reset", show=any(model.form.changed(field.key) for field in fields))
        dpg.set_value("train.algorithm", model.algorithm_spec.title)
        dpg.set_value("train.algorithm_words", model.algorithm_spec.summary)
        if not dpg.is_item_active("train.seed"):
            dpg.set_value("train.seed", model.seed_text)
        dpg.configure_item("train.seed_fault", show=bool(model.seed_fault))
        dpg.set_value("train.seed_fault", model.seed_fault)

    @property
    def _drawable(self) -> tuple[str, ...]:
        """What fields there are to draw; those of another algorithm may have the same names and other meanings."""
        return (self._model.algorithm, *self._places(), *self._model.form.fields)

    def _draw_fields(self) -> None:
        self._fields = self._drawable
        self._form.clear()
        # All are emptied first: what is advanced for one algorithm need not be for the next.
        for place in filter(dpg.does_item_exist, FOLDS):
            dpg.delete_item(place, children_only=True)
        for place, fields in self._places().items():
            with inside(place):
                self._draw(fields)

    def _draw(self, fields: list[Field]) -> None:
        """These settings, each part of those around the algorithm under its name."""
        for part, together in itertools.groupby(fields, lambda field: field.key.partition(".")[0]):
            if part in PARTS:
                text(self._ui, PARTS[part], "small")
            self._form.build(together, self._model.form)

    def _places(self) -> dict[str, list[Field]]:
        """Which fields are drawn where."""
        model = self._model
        switch, steps = ([field for field in model.form.fields.values() if field.key == key] for key in (SWITCH, STEPS))
        everywhere = {
            "train.steps": steps,
            "train.fields": model.fields(advanced=False),
            "train.fields_advanced": model.fields(advanced=True) + switch,
            "train.fields_run": model.other_fields,
        }
        return {place: fields for place, fields in everywhere.items() if all(map(_unfolded, FOLDS[place]))}

    def _learn(self, field: Field) -> None:
        """Show the help about a setting."""
        topic = setting_topic(field.key, self._model.algorithm, self._model.game_spec.environment)
        self._model.desk.go("help", topic=topic, heading=field.label)

    # --- choices --------------------------------------------------------------------------------------------------------

    def _typed_length(self) -> None:
        self._model.set_length(dpg.get_value("train.hours"), dpg.get_value("train.minutes"))


def _unfolded(fold: str) -> bool:
    return bool(dpg.does_item_exist(f"{fold}.body") and dpg.is_item_shown(f"{fold}.body"))


def _lines(expected: Expectation, scores: str) -> list[tuple[str, str, str]]:
    """What to expect as (icon, sentence, colour)."""
    source = "measured here" if expected.measured else "a cautious guess until something was trained here"
    films = [f"a film of {trained(seconds)}" for seconds in expected.films if seconds is not None]
    films += ["one of its best game" for seconds in expected.films if seconds is None]
    lines = [(icons.ACTIVITY, f"About {million(expected.steps)} steps in {trained(expected.seconds)} ({source}).", "")]
    if scores:
        lines.append((icons.TROPHY, scores, ""))
    if films:
        lines.append((icons.FILM, f"At the end {' and '.join(films)}.", ""))
    lines.append((icons.HARD_DRIVE, f"Needs {expected.disk_words}.", ""))
    if expected.replay_words:
        lines.append((icons.DATABASE, expected.replay_words, ""))
    return lines + [(icons.TRIANGLE_ALERT, _warning(problem), "warn") for problem in expected.warnings]


def _warning(problem: Problem) -> str:
    """ "network.strides: the network sees the upper 74 of 84 rows only. Choose others." """
    hint = f" {problem.hint[:1].upper()}{problem.hint[1:]}." if problem.hint else ""
    return f"{problem.key}: {problem.message.rstrip('.')}.{hint}"
