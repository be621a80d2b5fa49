"""The question what film to make: of which run, of what kind, how long, beside which others, and all that can be set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.films.options import FilmOptions, film_config, film_length, film_settings
from retroml_core.index import RunFilter
from retroml_core.schema import FilmConfig
from retroml_core.services import ExperimentService
from retroml_dearpygui.forms.film_form import film_fields, film_options
from retroml_dearpygui.forms.form import Form
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.wording import score, when

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.index import RunRow
    from retroml_core.runs.run import Run
    from retroml_core.specs import RendererSpec
    from retroml_dearpygui.desk import Desk

__all__ = ["LENGTHS", "FilmWish", "Source", "racing"]

LENGTHS = (("30", "30 s"), ("60", "1 min"), ("180", "3 min"), ("match", "As long as the training"), ("own", "Other"))
MOST_SOURCES = 300


@dataclass(frozen=True, kw_only=True)
class Source:
    """A run to make a film of: `words` are how it is offered."""

    id: str
    game: str
    words: str


class FilmWish(ViewModel):
    """What is asked for while `asking`: a film of the run `wanted` ("": of none) by `renderer`, of `length` ("60", "match").

    `sources` are the runs to choose from, `others` the ids of those shown beside it, where `needs_others`. `form` holds what
    else can be set, told from what the run's own config says. `problem` is what is wrong with the wish.
    """

    def __init__(self, desk: Desk, begin: Callable[[Run, str, FilmOptions], None]) -> None:
        super().__init__(desk)
        self.asking = False
        self.wanted = self.problem = ""
        self.length = "60"
        self.others: list[str] = []
        self.sources: list[Source] = []
        self.form = Form([], {})
        self.renderer = next(iter(desk.app.registry.renderers), "")
        self._begin = begin
        self._usual = FilmConfig()

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def renderers(self) -> list[tuple[str, str]]:
        """The kinds of film as (name, title)."""
        return [(spec.name, spec.title) for spec in self.desk.app.registry.renderers.values()]

    @property
    def summary(self) -> str:
        """What a film of this kind shows."""
        return self._spec.summary if self._spec is not None else ""

    @property
    def needs_others(self) -> bool:
        """Whether this kind of film shows several runs."""
        return self._spec is not None and "others" in self._spec.needs

    @property
    def rivals(self) -> list[Source]:
        """The runs that can still be shown beside the one wanted: those of its game."""
        game = next((source.game for source in self.sources if source.id == self.wanted), "")
        taken = {self.wanted, *self.others}
        return [source for source in self.sources if source.game == game and source.id not in taken]

    def words(self, run_id: str) -> str:
        """How a run is offered."""
        return next((source.words for source in self.sources if source.id == run_id), run_id)

    # --- choices --------------------------------------------------------------------------------------------------------

    def ask(self, run_id: str = "", others: Sequence[str] = ()) -> None:
        """Ask what film to make: of a run when one is given, of several side by side with `others`."""
        self.asking, self.problem = True, ""
        self.others = list(others)
        if others:
            self.renderer = racing(self.desk.app) or self.renderer
        self._want(run_id)
        self.desk.background(self._find_sources, self._show_sources)

    def ask_no_more(self) -> None:
        """Make none."""
        self.asking = False
        self.changed()

    def choose_run(self, run_id: str) -> None:
        """Make it of another run; runs of other games are not shown beside it."""
        games = {source.id: source.game for source in self.sources}
        self.others = [other for other in self.others if other != run_id and games.get(other) == games.get(run_id)]
        self._want(run_id)

    def choose_renderer(self, name: str) -> None:
        """Make a film of another kind."""
        self.renderer = name
        self._rebase()

    def add_other(self, run_id: str) -> None:
        """Show a run beside it."""
        if run_id and run_id not in (self.wanted, *self.others):
            self.others.append(run_id)
            self.changed()

    def drop_other(self, run_id: str) -> None:
        """Do not show a run beside it."""
        self.others = [other for other in self.others if other != run_id]
        self.changed()

    def edit(self, key: str, text: str) -> None:
        """The user typed `text` for a setting."""
        self.form.set_text(key, text)
        self.changed()

    def put(self, key: str, value: Any) -> None:
        """The user chose the `value` of a setting."""
        self.form.set_value(key, value)
        self.changed()

    def revert(self, key: str) -> None:
        """Back to what the run says."""
        self.form.revert(key)
        self.changed()

    def make(self) -> None:
        """Begin to make it, in a process of its own, or say what is wrong."""
        self.problem = ""
        if not self.form.valid:
            self._refused(Fault("Correct first what is marked red."))
            return
        self.desk.background(self._check, self._go, self._refused)

    # --- inside ---------------------------------------------------------------------------------------------------------

    @property
    def _spec(self) -> RendererSpec | None:
        return self.desk.app.registry.renderers.get(self.renderer)

    def _want(self, run_id: str) -> None:
        def read() -> FilmConfig:
            return ExperimentService(self.desk.app).find(run_id).config(self.desk.app).film

        self.wanted = run_id
        self._rebase()
        if run_id:
            self.desk.background(read, lambda film: self._told(run_id, film), lambda _: self._told(run_id, FilmConfig()))

    def _told(self, run_id: str, film: FilmConfig) -> None:
        if run_id == self.wanted:
            self._usual = film
            self._rebase()

    def _rebase(self) -> None:
        self.form.rebase(*film_fields(self._usual, self._spec))
        self.changed()

    def _find_sources(self) -> list[Source]:
        experiments = ExperimentService(self.desk.app)
        experiments.sync()
        rows = [row for row in experiments.list(RunFilter(limit=MOST_SOURCES)) if row.steps > 0]
        known = {row.id for row in rows}
        rows += [experiments.get(run_id) for run_id in (self.wanted, *self.others) if run_id and run_id not in known]
        return [Source(id=row.id, game=row.game, words=self._words(row)) for row in rows]

    def _words(self, row: RunRow) -> str:
        return f"{run_title(self.desk.app, row)}   {when(row.created_at)}   best {score(row.best_score)}"

    def _show_sources(self, sources: list[Source]) -> None:
        self.sources = sources
        if not self.wanted and sources:
            self._want(sources[0].id)
        self.changed()

    def _check(self) -> tuple[Run, str, FilmOptions]:
        if not self.wanted:
            raise Fault("Choose a run.")
        experiments = ExperimentService(self.desk.app)
        run, spec = experiments.find(self.wanted), self._spec
        film_length(self.length, run.status().seconds)
        if self.needs_others and not self.others:
            raise Fault("Choose at least one more run to show beside it.")
        beside = [experiments.find(other).folder for other in self.others] if self.needs_others else []
        options = film_options(self.form, length=self.length, others=beside)
        film_config(self._usual, options)
        if spec is not None:
            film_settings(spec.config, options.settings)
        return run, self.renderer, options

    def _go(self, wish: tuple[Run, str, FilmOptions]) -> None:
        self.asking = False
        self._begin(*wish)
        self.changed()

    def _refused(self, error: Exception) -> None:
        self.problem = str(error)
        self.changed()


def racing(app: App) -> str:
    """The kind of film that shows several runs side by side, "" when no plugin makes one."""
    return next((spec.name for spec in app.registry.renderers.values() if "others" in spec.needs), "")
