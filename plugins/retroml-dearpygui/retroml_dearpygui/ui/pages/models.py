"""Models: trained agents kept apart from their runs, with their facts; two can be compared."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.services.pickers import pick_target
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.game_textures import game_textures
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.pages.model_stage import ModelStage
from retroml_dearpygui.ui.widgets.basic import button, card, grid, inside, row, text
from retroml_dearpygui.ui.widgets.columns_box import ColumnsBox
from retroml_dearpygui.ui.widgets.empty_card import EmptyCard
from retroml_dearpygui.ui.widgets.table_view import TableColumn, TableRow, TableView
from retroml_dearpygui.viewmodels.models import COMPARED, ModelsViewModel
from retroml_dearpygui.viewmodels.wording import day, score, several, size, trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.runs.models import Model
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.page import Keyed
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["ModelsPage"]

COLUMNS = (
    TableColumn(key="name", title="Name", width=1.8),
    TableColumn(key="game", title="Game", width=1.2),
    TableColumn(key="algorithm", title="Algorithm", width=0.9, sortable=False),
    TableColumn(key="score", title="Score", width=0.8, largest_first=True, numbers=True),
    TableColumn(key="trained", title="Trained", width=1.0, sortable=False, numbers=True),
    TableColumn(key="size", title="Size", width=0.8, sortable=False, numbers=True),
    TableColumn(key="created", title="Saved", width=1.0, largest_first=True),
)
ROW_HEIGHT, MOST_ROWS, SCROLLBAR = 46, 7, 14
LEAST_WIDTH = 880
KEEP, SAVE = 120, 160


class ModelsPage(Page):
    """The models in a table, the facts of the one or two chosen beneath."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(ModelsViewModel)
        self.stage = ModelStage(ui, self.vm.performing)
        self.table: TableView | None = None
        self._columns = ColumnsBox(ui, "models.columns")
        offers = {
            "first": ("Train an agent", icons.PLAY, lambda: desk.go("train")),
            "showall": ("Show all models", icons.X, self._show_all),
            "again": ("Try again", icons.REFRESH_CW, self.vm.refresh),
        }
        self._empty = EmptyCard(ui, "models", offers)
        self.textures = game_textures(desk, ui)
        self._seen = -1, -1
        self._facts: object = None

    @property
    def fps(self) -> float:
        """30 while a model plays."""
        return self.vm.performing.fps

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The list of columns while it is open."""
        return (self._columns,)

    def open(self, **arguments: str) -> None:
        """Look for models anew."""
        self.vm.refresh()

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        with dpg.group(tag="models.list"):
            self._build_list()
        with dpg.group(tag="models.play", show=False):
            self.stage.build()

    def _build_list(self) -> None:
        self._seen, self._facts = (-1, -1), None
        ui, vm = self.ui, self.vm
        with card(ui):
            with row(ui):
                dpg.add_input_text(
                    hint=f"{icons.SEARCH}  Search models", width=ui.px(280), default_value=vm.text, tag="models.text",
                    callback=lambda _sender, words: vm.set_text(words),
                )  # fmt: skip
                self._columns.build()
                text(ui, "", "small", tag="models.count")
            with grid(ui, [-KEEP, 1, -SAVE]):
                text(ui, "Keep the best of", tone="muted")
                dpg.add_combo([], width=-1, tag="models.source")
                button(ui, "Save as model", self._save, icon=icons.SAVE, tag="models.save")
        self._empty.build()
        with card(ui, kind="thumb", height=ui.px(ROW_HEIGHT * 3), tag="models.card"):
            self.table = TableView(
                self.desk,
                ui,
                "models.table",
                COLUMNS,
                open=vm.choose,
                sort=vm.sort,
                tick=lambda model_id, _: vm.choose(model_id, add=True),
                pictures=True,
                least_width=LEAST_WIDTH,
            )
            self.table.build(vm.order, vm.descending)
            self._columns.attach(self.table)
        dpg.add_group(tag="models.details")

    def tick(self, dt: float) -> None:
        """Show what is new."""
        playing = self.vm.performing.model is not None
        dpg.configure_item("models.list", show=not playing)
        dpg.configure_item("models.play", show=playing)
        if playing:
            self.stage.tick()
        elif self.table is not None:
            self.table.tick(dpg.get_item_rect_size("models.card")[0])
            self._columns.tick()
        self.textures.tick(dt)
        if self._seen != (now := (self.vm.version, self.textures.version)):
            self._seen = now
            self._show()

    def hidden(self) -> None:
        """Let the model that plays rest, close the list of columns."""
        self._columns.close()
        self.vm.performing.stop()

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        vm, models = self.vm, self.vm.models
        if self.table is not None:
            self.table.show([self._row(model) for model in models])
        rows = min(max(len(models), 1), MOST_ROWS) + 1
        dpg.configure_item("models.card", show=bool(models), height=self.ui.px(ROW_HEIGHT * rows + SCROLLBAR))
        dpg.set_value("models.count", several(vm.total, "model") if vm.total else "")
        labels = [words for _, words in vm.sources]
        dpg.configure_item("models.source", items=labels)
        if dpg.get_value("models.source") not in labels:
            dpg.set_value("models.source", labels[0] if labels else "No run has a checkpoint yet")
        dpg.configure_item("models.save", enabled=bool(labels))
        self._show_empty()
        self._show_details()

    def _row(self, model: Model) -> TableRow:
        name = self.desk.app.registry.algorithms.get(model.algorithm)
        cells = (
            (model.name, "text"),
            (self.vm.game_title(model), "muted"),
            (name.title if name else model.algorithm, "muted"),
            (score(model.score), "muted"),
            (trained(model.seconds), "muted"),
            (size(model.size_bytes), "muted"),
            (day(model.created_at), "muted"),
        )
        ticked, picture = model.id in self.vm.chosen, self.textures.get(model.game)
        return TableRow(key=model.id, cells=cells, ticked=ticked, picture=picture)

    def _show_empty(self) -> None:
        vm = self.vm
        if vm.problem:
            self._empty.show("The models cannot be shown", vm.problem, "again")
        elif vm.models or not vm.loaded:
            self._empty.show("")
        elif vm.total:
            self._empty.show("No model fits", "Other words may find some.", "showall")
        else:
            words = "A model is a trained agent taken out of its run, to keep, to compare, to train on or to give away."
            how = "Choose a run above and press Save as model." if vm.sources else "It takes a training first."
            self._empty.show("No models yet", f"{words} {how}", *([] if vm.sources else ["first"]))

    def _show_all(self) -> None:
        dpg.set_value("models.text", "")
        self.vm.set_text("")

    def _show_details(self) -> None:
        vm = self.vm
        facts = vm.facts, tuple(vm.chosen), dict(vm.cards), set(vm.evaluating)
        if facts == self._facts:
            return
        self._facts = facts
        dpg.delete_item("models.details", children_only=True)
        chosen = [model for model_id in vm.chosen for model in vm.models if model.id == model_id]
        if not chosen:
            return
        with inside("models.details"):
            with grid(self.ui, [1] * len(chosen)):
                for model in chosen:
                    self._actions(model)
            if len(chosen) < COMPARED and vm.total > 1:
                text(self.ui, "Tick another model to compare the two.", "small")
            self._facts_table(chosen)

    def _actions(self, model: Model) -> None:
        ui, vm, tag = self.ui, self.vm, f"models.{model.id}"
        with card(ui, model.name, icons.SPARKLES):
            with row(ui, 8):
                button(ui, "Watch it play", partial(vm.play, model.id), "primary", icon=icons.EYE, tag=f"{tag}.play")
                button(ui, "Film", partial(vm.film, model.id), icon=icons.FILM, tag=f"{tag}.film")
                button(ui, "Export", partial(self._export, model), icon=icons.UPLOAD, tag=f"{tag}.export")
            with row(ui, 2):
                for key, icon, tip, do in (
                    ("watch", icons.CHART_LINE, "Watch how it learned", vm.watch),
                    ("run", icons.GIT_BRANCH, "Open the run it comes from", vm.open_run),
                    ("copy", icons.COPY, "Copy id", vm.copy_id),
                    ("folder", icons.FOLDER_OPEN, "Show folder", vm.show_folder),
                    ("delete", icons.TRASH_2, "Delete", vm.delete),
                ):
                    button(ui, "", partial(do, model.id), "ghost", icon=icon, tip=tip, tag=f"{tag}.{key}")
            with row(ui, 8):
                self._number(f"{tag}.games", 10.0, 1, 1000)
                text(ui, "games", tone="muted")
                busy = model.id in vm.evaluating
                button(ui, "Evaluating ..." if busy else "Evaluate", partial(self._evaluate, model.id), icon=icons.GAUGE,
                       enabled=not busy, tag=f"{tag}.evaluate")  # fmt: skip
            with row(ui, 8):
                self._number(f"{tag}.minutes", 30.0, 1, 100_000)
                text(ui, "min  ", tone="muted")
                button(ui, "Train on", partial(self._train_on, model.id), icon=icons.PLAY, enabled=model.full, tag=f"{tag}.on")
            found = vm.cards.get(model.id)
            if found is not None:
                words = f"mean {score(found.mean)}, best {score(found.best)}, worst {score(found.worst)}"
                text(ui, f"{icons.GAUGE}  Evaluated over {found.episodes} whole games: {words}", tone="ok", wrap=0)
                text(ui, "Scores: " + "  ".join(score(one) for one in found.scores), "small", wrap=0)

    def _number(self, tag: str, usual: float, least: int, most: int) -> None:
        dpg.add_input_int(
            default_value=int(usual), min_value=least, max_value=most, min_clamped=True, max_clamped=True, step=0,
            width=self.ui.px(80), tag=tag,
        )  # fmt: skip

    def _facts_table(self, models: list[Model]) -> None:
        ui = self.ui
        with card(ui, "Side by side" if len(models) > 1 else "Details", icons.LIST):
            with dpg.table(header_row=True, borders_innerH=True, policy=dpg.mvTable_SizingStretchProp, tag="models.facts"):
                for head in ("", *(model.name for model in models)):
                    dpg.add_table_column(label=head, width_stretch=True, init_width_or_weight=1.0)
                for fact in self.vm.facts:
                    with dpg.table_row():
                        text(ui, fact.key, tone="muted")
                        for value in fact.values:
                            text(ui, value, tone="warn" if fact.differs else "text", wrap=0)
            ui.theme("models.facts", "table")

    # --- actions --------------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        label = dpg.get_value("models.source")
        run_id = next((run_id for run_id, words in self.vm.sources if words == label), "")
        if run_id:
            self.vm.save_from(run_id)

    def _evaluate(self, model_id: str) -> None:
        self.vm.evaluate(model_id, int(dpg.get_value(f"models.{model_id}.games")))

    def _train_on(self, model_id: str) -> None:
        self.vm.train_on(model_id, float(dpg.get_value(f"models.{model_id}.minutes")))

    def _export(self, model: Model) -> None:
        def picked(target: Path | None) -> None:
            if target is not None:
                self.vm.export(model.id, target)

        def no_picker(_: Exception) -> None:
            self.vm.export(model.id, self.desk.app.root.path / "exports" / f"{model.id}.zip")

        start = Path.home()
        self.desk.background(lambda: pick_target("Export the model", start, f"{model.id}.zip"), picked, no_picker)
