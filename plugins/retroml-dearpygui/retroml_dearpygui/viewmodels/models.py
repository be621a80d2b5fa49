"""Models: trained agents kept apart from their runs; looked through, compared, tried, trained on, handed to others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.index import RunFilter
from retroml_core.runs.run import Run
from retroml_core.services import ExperimentService, ModelService
from retroml_dearpygui.desk import Kind, Question
from retroml_dearpygui.services.evaluations import Card, evaluate
from retroml_dearpygui.services.long_work import Spawn, run_long, spawn_thread
from retroml_dearpygui.services.opening import show_in_folder
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.services.run_report import flat
from retroml_dearpygui.viewmodels.listing import Listing
from retroml_dearpygui.viewmodels.performing import PerformingViewModel
from retroml_dearpygui.viewmodels.wording import clock_time, million, score, size, trained, when

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_core.runs.models import Model
    from retroml_dearpygui.desk import Desk

__all__ = ["Fact", "ModelsViewModel"]

COMPARED = 2


@dataclass(frozen=True)
class Fact:
    """One line about one or two models; `differs` when they do not agree."""

    key: str
    values: tuple[str, ...]
    differs: bool = False


class ModelsViewModel(Listing["Model"]):
    """`models` as searched and sorted, `chosen` the ids of at most two whose facts are shown, in order of choice.

    `cards` are evaluations by model id, `evaluating` the ids being evaluated; `sources` the runs a model can be taken
    from, as (id, words).
    """

    name = "models"
    orders = ("created", "name", "score", "game")

    def __init__(self, desk: Desk, *, spawn: Spawn = spawn_thread, judge: Callable[..., Card] = evaluate) -> None:
        super().__init__(desk)
        self.service = ModelService(desk.app)
        self.commands = RunCommands(desk.app)
        self.performing = desk.viewmodel(PerformingViewModel)
        self.chosen: list[str] = []
        self.facts: list[Fact] = []
        self.cards: dict[str, Card] = {}
        self.evaluating: set[str] = set()
        self.sources: list[tuple[str, str]] = []
        self._spawn = spawn
        self._judge = judge

    @property
    def models(self) -> list[Model]:
        """Those with the words in name, game, algorithm or id, sorted."""
        return self._fitting()

    def game_title(self, model: Model) -> str:
        """The game of a model as people read it."""
        spec = self.desk.app.registry.games.get(model.game)
        return spec.title if spec else model.game

    def refresh(self) -> None:
        """Read the models anew, and the runs from which one can be taken."""
        self.desk.background(self._read, self._show, self._broken)

    def choose(self, model_id: str, *, add: bool = False) -> None:
        """Show the facts of a model; with `add` beside those of the one shown, or no more if it was shown."""
        if add and model_id in self.chosen:
            self.chosen = [other for other in self.chosen if other != model_id]
        else:
            self.chosen = [*self.chosen[-(COMPARED - 1) :], model_id] if add else [model_id]
        self._describe()

    # --- actions --------------------------------------------------------------------------------------------------------

    def save_from(self, run_id: str, name: str = "") -> None:
        """Take a model out of a run: its best checkpoint, else its latest."""

        def done(model: Model) -> None:
            self.desk.toast("Model saved", model.name, Kind.OK)
            self.chosen = [model.id]
            self.refresh()

        find = ExperimentService(self.desk.app).find
        self.desk.background(lambda: self.service.save(find(run_id), name=name.strip()), done)

    def delete(self, model_id: str) -> None:
        """Move a model to the trash, after asking; it can be undone."""
        model = self._model(model_id)
        text = "It goes to the trash, from where it can be taken back. The run it came from is not touched."
        self.desk.ask(Question(f"Delete {model.name}?", text, "Delete", lambda: self._delete(model)))

    def train_on(self, model_id: str, minutes: float) -> None:
        """Train on from a model for so many minutes, as a new run, and show it."""
        model, root = self._model(model_id), self.desk.app.root

        def work() -> Run:
            if not model.full:
                raise Fault(f"{model.name} holds only a policy: it can be played and evaluated, but not trained on")
            return self.commands.train_on(Run(model.folder(root)), model.stored(root), minutes)

        self.desk.background(work, lambda run: self.desk.go("experiments", run=run.id))

    def evaluate(self, model_id: str, episodes: int) -> None:
        """Let a model play whole games, in a process of its own."""
        if model_id in self.evaluating:
            return
        model = self._model(model_id)
        self.evaluating.add(model_id)
        self.changed()

        def done(card: Card) -> None:
            self.cards[model_id] = card
            self.desk.toast("Evaluated", f"{model.name}: mean {score(card.mean)} over {card.episodes} games", Kind.OK)
            self._evaluated(model_id)

        def failed(error: Exception) -> None:
            self._evaluated(model_id)
            self.desk.fail(error)

        judge = partial(self._judge, self.desk.app.root.path, model_id, episodes=episodes)
        run_long(self.desk.post, self._spawn, judge, done, failed)

    def play(self, model_id: str) -> None:
        """Let it play, to be watched."""
        self.performing.start(self._model(model_id))
        self.changed()

    def watch(self, model_id: str) -> None:
        """Watch how it learned: the play of its run, live or from the tape."""
        self._with_run(model_id, lambda run: self.desk.go("watch", run=run.id))

    def open_run(self, model_id: str) -> None:
        """Show the run it comes from, which names its own parent."""
        self._with_run(model_id, lambda run: self.desk.go("experiments", run=run.id))

    def film(self, model_id: str) -> None:
        """Make a film of its run."""
        self._with_run(model_id, lambda run: self.desk.go("videos", make=run.id))

    def export(self, model_id: str, target: Path) -> None:
        """Pack a model into a zip file for others."""
        target = target if target.suffix == ".zip" else target.with_name(f"{target.name}.zip")
        work = partial(self.service.pack, model_id, target)
        self.desk.background(work, lambda path: self.desk.toast("Model packed", str(path), Kind.OK))

    def show_folder(self, model_id: str) -> None:
        """Show its folder in the file manager."""
        folder = self._model(model_id).folder(self.desk.app.root)
        self.desk.background(lambda: show_in_folder(folder))

    def copy_id(self, model_id: str) -> None:
        """Put its id on the clipboard."""
        self.desk.copy(model_id)

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _read(self) -> tuple[list[Model], list[tuple[str, str]]]:
        self.desk.app.root.check()
        experiments = ExperimentService(self.desk.app)
        experiments.sync()
        rows = experiments.list(RunFilter(limit=200))
        able = [row for row in rows if any((self.desk.app.root.experiments / row.id / "checkpoints").glob("[0-9]*"))]
        words = [
            (row.id, f"{run_title(self.desk.app, row)}   {when(row.created_at)}   best {score(row.best_score)}") for row in able
        ]
        return self.service.list(), words

    def _show(self, found: tuple[list[Model], list[tuple[str, str]]]) -> None:
        self._all, self.sources = found
        self.loaded, self.problem = True, ""
        ids = {model.id for model in self._all}
        self.chosen = [model_id for model_id in self.chosen if model_id in ids]
        self._describe()

    def _describe(self) -> None:
        models = [self._model(model_id) for model_id in self.chosen]
        self.desk.background(lambda: self._gather(models), lambda facts: self._described(models, facts))

    def _gather(self, models: list[Model]) -> list[Fact]:
        trees = [dict(flat(_tree(model.folder(self.desk.app.root)))) for model in models]
        keys = dict.fromkeys(key for tree in trees for key in tree if key not in ("id", "created_at", "schema_version"))
        about = [_about(model, self.game_title(model)) for model in models]
        own = [_fact(key, [one[key] for one in about]) for key in (about[0] if about else ())]
        return own + [_fact(key, [tree.get(key, "–") for tree in trees]) for key in keys]

    def _described(self, models: list[Model], facts: list[Fact]) -> None:
        if [model.id for model in models] == self.chosen:
            self.facts = facts
            self.changed()

    def _delete(self, model: Model) -> None:
        def done(_: Model) -> None:
            self.desk.toast("Model deleted", model.name, Kind.OK, lambda: self._restore(model))
            self.refresh()

        self.desk.background(lambda: self.service.delete(model.id), done)

    def _restore(self, model: Model) -> None:
        self.desk.background(lambda: self.service.restore(model.id), lambda _: self.refresh())

    def _evaluated(self, model_id: str) -> None:
        self.evaluating.discard(model_id)
        self.changed()

    def _with_run(self, model_id: str, do: Callable[[Run], None]) -> None:
        run_id = self._model(model_id).run
        self.desk.background(lambda: ExperimentService(self.desk.app).find(run_id), do)

    def _model(self, model_id: str) -> Model:
        return next(model for model in self._all if model.id == model_id)

    def _searched(self, model: Model) -> str:
        return f"{model.name} {self.game_title(model)} {model.game} {model.algorithm} {model.id}".lower()

    def _sort_key(self, model: Model) -> tuple[object, ...]:
        keys: dict[str, object] = {
            "created": model.created_at,
            "name": model.name.lower(),
            "score": model.score if model.score is not None else float("-inf"),
            "game": self.game_title(model).lower(),
        }
        return keys[self.order], model.id


def _about(model: Model, game: str) -> dict[str, str]:
    return {
        "Game": game,
        "Algorithm": model.algorithm,
        "Score": score(model.score),
        "Steps": million(model.step),
        "Trained": trained(model.seconds),
        "Seed": "–" if model.seed is None else str(model.seed),
        "Saved": clock_time(model.created_at),
        "Size": size(model.size_bytes),
        "Can train on": "yes" if model.full else "no",
        "From run": model.run,
        "Checkpoint": model.checkpoint,
    }


def _fact(key: str, values: list[str]) -> Fact:
    return Fact(key, tuple(values), len(set(values)) > 1)


def _tree(folder: Path) -> dict[str, object]:
    from retroml_core.files import read_json

    try:
        return dict(read_json(folder / "config.json"))
    except (OSError, ValueError, TypeError):
        return {}
