"""The table of all runs: filtered, sorted and paged by the index, kept up to date, acted upon one by one or many at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.index import RunFilter, RunRow, SyncReport
from retroml_core.services import ExperimentService
from retroml_dearpygui.desk import Kind, Question
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.debounce import Debounce, Rhythm
from retroml_dearpygui.viewmodels.film_wish import racing
from retroml_dearpygui.viewmodels.run_columns import Column, run_columns
from retroml_dearpygui.viewmodels.run_states import state_words
from retroml_dearpygui.viewmodels.wording import several

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["PAGE_SIZE", "ExperimentsViewModel"]

PAGE_SIZE = 200
SYNC_SECONDS = 3.0
WHOLE_EVERY = 20
"""One look in so many is at every file that counts; those between are at what has changed from outside."""
NAME = "experiments"


class ExperimentsViewModel(ViewModel):
    """`rows` is the page shown, `total` how many runs the filters leave, `facets` what can be filtered by with counts.

    `problem` is why nothing can be shown, `notice` what a person should know of broken folders; both in words.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.service = ExperimentService(desk.app)
        self.commands = RunCommands(desk.app)
        self.columns = run_columns(desk.app, desk.settings.now.mode)
        self.rows: list[RunRow] = []
        self.total = 0
        self.facets: dict[str, dict[str, int]] = {"game": {}, "algorithm": {}, "state": {}}
        self.selected: set[str] = set()
        self.loaded = False
        self.problem = self.notice = ""
        self.filter = self._recalled()
        self._typing = Debounce(desk.clock)
        self._syncing = Rhythm(desk.clock, SYNC_SECONDS)
        self._looks = 0
        self._asking = self._again = False

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """The number of the page shown, from 0."""
        return self.filter.offset // PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        wanted = self.filter
        return bool(wanted.text or wanted.game or wanted.algorithm or wanted.states)

    def tick(self) -> None:
        """Once a frame while the table is shown: typed text takes effect, the index follows the run folders."""
        if self._typing.due():
            self.reload()
        if self._syncing.due():
            self._look(self.service.sync if self._looks % WHOLE_EVERY == 0 else self.service.follow)
            self._looks += 1

    def sync(self) -> None:
        """Bring the index up to date and show what is new."""
        self._look(self.service.sync)

    def _look(self, bring: Callable[[], SyncReport]) -> None:
        self._syncing.begin()
        self.desk.background(bring, self._synced, self._broken)

    def reload(self) -> None:
        """Ask the index anew; of several wishes at once only the last is carried out."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        wanted = self.filter
        self.desk.background(lambda: self._query(wanted), self._show, self._broken)

    # --- filters, order, pages ------------------------------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Show runs with `text` in name, id, notes or tags; takes effect when the typing pauses."""
        if text != self.filter.text:
            self.filter = dataclasses.replace(self.filter, text=text, offset=0)
            self._typing.touch()

    def set_game(self, game: str | None) -> None:
        """Show runs of one game, or of all."""
        self._refine(game=game)

    def set_algorithm(self, algorithm: str | None) -> None:
        """Show runs of one algorithm, or of all."""
        self._refine(algorithm=algorithm)

    def set_state(self, state: str | None) -> None:
        """Show runs in one state, or in any."""
        self._refine(states=(RunState(state),) if state else ())

    def clear_filters(self) -> None:
        """Show all runs."""
        self._refine(game=None, algorithm=None, states=(), text="")

    def sort(self, column: str, descending: bool) -> None:
        """Sort by a column, by its key."""
        order = next((one.order for one in self.columns if one.key == column), "")
        if order and (order, descending) != (self.filter.order, self.filter.descending):
            self.desk.settings.remember(NAME, order=order, descending=descending)
            self._refine(order=order, descending=descending)

    def turn(self, pages: int) -> None:
        """Turn so many pages on, or back."""
        page = min(max(self.page + pages, 0), self.pages - 1)
        if page != self.page:
            self.filter = dataclasses.replace(self.filter, offset=page * PAGE_SIZE)
            self.reload()

    def show_column(self, key: str) -> Column:
        """The column of that key. Raises KeyError."""
        return {column.key: column for column in self.columns}[key]

    def facet_title(self, facet: str, value: str) -> str:
        """What a value to filter by is called."""
        if facet == "state":
            return state_words(RunState(value)).words
        registry = self.desk.app.registry
        spec = (registry.games if facet == "game" else registry.algorithms).get(value)
        return spec.title if spec else value

    # --- selection ------------------------------------------------------------------------------------------------------

    def select(self, run_id: str, selected: bool) -> None:
        """Tick a run, or not."""
        (self.selected.add if selected else self.selected.discard)(run_id)
        self.changed()

    def select_all(self) -> None:
        """Tick every run that the filters leave, on all pages."""
        wanted = dataclasses.replace(self.filter, limit=None, offset=0)
        self.desk.background(lambda: {row.id for row in self.service.list(wanted)}, self._select_only)

    def clear_selection(self) -> None:
        """Tick nothing."""
        self._select_only(set())

    # --- actions --------------------------------------------------------------------------------------------------------

    def resume(self, ids: Collection[str]) -> None:
        """Go on with runs that were paused, stopped or interrupted."""
        self._each(ids, self.commands.resume, "resumed")

    def pause(self, ids: Collection[str]) -> None:
        """Pause runs at work."""
        self._each(ids, self.commands.pause, "paused")

    def stop(self, ids: Collection[str]) -> None:
        """Stop runs at work, after asking."""
        title = f"Stop {several(len(ids), 'training')}?"
        text = "What was learned is saved, films are made of it, and it can be resumed later."
        self.desk.ask(Question(title, text, "Stop", lambda: self._each(ids, self.commands.stop, "stopped")))

    def duplicate(self, ids: Collection[str]) -> None:
        """Start new runs with the settings of others."""
        self._each(ids, self.commands.duplicate, "started again")

    def delete(self, ids: Collection[str]) -> None:
        """Move runs to the trash, after asking; it can be undone."""
        title = f"Delete {several(len(ids), 'run')}?"
        text = "Checkpoints, play and films go with it to the trash, from where they can be taken back. Trainings at work stay."
        self.desk.ask(Question(title, text, "Delete", lambda: self._delete(list(ids))))

    def restore(self, ids: Collection[str]) -> None:
        """Take runs back from the trash."""
        self._each(ids, lambda run_id: self.service.restore(run_id) and None, "taken back")

    def race(self, ids: Collection[str]) -> None:
        """Ask for a film of runs of one game, side by side."""
        wanted = list(ids)
        self.desk.background(lambda: self._racers(wanted), lambda found: self.desk.go("videos", race=",".join(found)))

    def export(self, ids: Collection[str], formats: Collection[str], folder: Path) -> None:
        """Write runs into files under `folder`."""
        wanted = list(ids), list(formats)
        self.desk.background(lambda: self.commands.export(*wanted, folder), self._exported)

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _racers(self, ids: list[str]) -> list[str]:
        if not racing(self.desk.app):
            raise Fault("A race needs a plugin that films several runs side by side, such as retroml-video.")
        rows = [self.service.get(run_id) for run_id in ids]
        games = sorted({row.game for row in rows})
        if len(games) > 1:
            raise Fault(f"A race is run in one game, these runs play {', '.join(games)}: tick runs of the same game.")
        if len(rows) < 2:
            raise Fault("A race needs several runs: tick at least two of the same game.")
        return [row.id for row in rows]

    def _recalled(self) -> RunFilter:
        kept = self.desk.settings.recall(NAME)
        orders = {column.order for column in self.columns if column.order}
        order = kept.get("order") if kept.get("order") in orders else "created_at"
        return RunFilter(order=str(order), descending=bool(kept.get("descending", True)), limit=PAGE_SIZE)

    def _refine(self, **changes: object) -> None:
        self.filter = dataclasses.replace(self.filter, offset=0, **changes)  # type: ignore[arg-type]  # by name
        self.changed()
        self.reload()

    def _synced(self, report: SyncReport) -> None:
        self._syncing.end()
        notice = " ".join(report.problems[:3])
        if notice != self.notice:
            self.notice = notice
            self.changed()
        self.reload()

    def _query(self, wanted: RunFilter) -> tuple[list[RunRow], int, dict[str, dict[str, int]]]:
        return self.service.list(wanted), self.service.count(wanted), self.service.facets()

    def _show(self, found: tuple[list[RunRow], int, dict[str, dict[str, int]]]) -> None:
        self._asking = False
        if found != (self.rows, self.total, self.facets) or self.problem or not self.loaded:
            self.rows, self.total, self.facets = found
            self.loaded, self.problem = True, ""
            self.changed()
        if self.page >= self.pages:
            self.filter = dataclasses.replace(self.filter, offset=(self.pages - 1) * PAGE_SIZE)
            self._again = True
        if self._again:
            self._again = False
            self.reload()

    def _broken(self, error: Exception) -> None:
        self._asking = False
        self._syncing.end()
        self.problem, self.rows, self.total = str(error), [], 0
        self.changed()

    def _select_only(self, ids: set[str]) -> None:
        self.selected = ids
        self.changed()

    def _each(self, ids: Iterable[str], do: Callable[[str], object], what: str) -> None:
        def done(outcome: tuple[list[str], list[str]]) -> None:
            good, faults = outcome
            if good:
                self.desk.toast(f"{several(len(good), 'run')} {what}", kind=Kind.OK)
            self._tell(faults)
            self.sync()

        wanted = list(ids)
        self.desk.background(lambda: self.commands.each(wanted, do), done)

    def _delete(self, ids: list[str]) -> None:
        def done(outcome: tuple[list[str], list[str]]) -> None:
            good, faults = outcome
            self.selected -= set(good)
            if good:
                text = "They lie in the trash." if len(good) > 1 else "It lies in the trash."
                self.desk.toast(f"{several(len(good), 'run')} deleted", text, Kind.OK, lambda: self.restore(good))
            self._tell(faults)
            self.sync()

        self.desk.background(lambda: self.commands.each(ids, self.service.delete), done)

    def _exported(self, outcome: tuple[Path, list[str]]) -> None:
        folder, faults = outcome
        self._tell(faults)
        if not faults:
            self.desk.toast("Exported", str(folder), Kind.OK)

    def _tell(self, faults: list[str]) -> None:
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            self.desk.toast("That did not work", faults[0] + more, Kind.DANGER)
