"""The runs at work and the newest ones, with what can be done about them. One for the whole app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from retroml_core.events import RunState
from retroml_core.services import ExperimentService
from retroml_dearpygui.desk import Kind, Question
from retroml_dearpygui.services.notify import notify
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.services.runbook import Look, RunBook, RunCard
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.run_states import StateWords, state_words
from retroml_dearpygui.viewmodels.wording import score, trained

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["RunsViewModel"]

LOOK_SECONDS = 0.8
ENDS = {
    RunState.COMPLETED: ("is complete", Kind.OK),
    RunState.STOPPED: ("was stopped", Kind.INFO),
    RunState.FAILED: ("failed", Kind.DANGER),
    RunState.INTERRUPTED: ("was interrupted: its process is gone", Kind.WARN),
}


class RunsViewModel(ViewModel):
    """`look` is how the runs stand, `chosen` the id of the run that pages show ("" before there is any)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.look = Look()
        self.chosen = ""
        self.loaded = False
        self._pending: dict[str, str] = {}
        self._commands = RunCommands(desk.app, desk.children.start)
        self._experiments = ExperimentService(desk.app)
        self._book = RunBook(desk.app.root)
        self._states: dict[str, RunState] = {}
        self._watch_only: RunCard | None = None
        desk.every(LOOK_SECONDS, self._look_around, self._seen)

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def cards(self) -> dict[str, RunCard]:
        """The runs at work and the newest, by id."""
        return {card.id: card for card in (*self.look.recent, *self.look.live)}

    @property
    def card(self) -> RunCard | None:
        """The chosen run."""
        if self._watch_only is not None and self._watch_only.id == self.chosen:
            return self.cards.get(self.chosen, self._watch_only)
        return self.cards.get(self.chosen)

    def words(self, card: RunCard) -> StateWords:
        """How the state of a run is shown."""
        return state_words(card.status.state, self._pending.get(card.id, ""))

    def title(self, card: RunCard) -> str:
        """What to call a run: its name, else what it is made of."""
        return run_title(self.desk.app, card)

    # --- commands -------------------------------------------------------------------------------------------------------

    def choose(self, run_id: str) -> None:
        """Show this run."""
        if run_id == self.chosen:
            return
        self.chosen = run_id
        self._look_up()
        self.changed()

    def refresh(self) -> None:
        """Look again at once: something was just done."""
        self.desk.background(self._book.look, self._seen)

    def pause(self, run_id: str) -> None:
        """Pause a run."""
        self._tell(run_id, "Pausing", lambda: self._commands.pause(run_id))

    def resume(self, run_id: str) -> None:
        """Go on with a run."""
        self._tell(run_id, "Resuming", lambda: self._commands.resume(run_id))

    def stop(self, run_id: str) -> None:
        """Stop a run, after asking."""
        card = self.cards.get(run_id)
        what = self.title(card) if card else run_id
        text = f"{what} ends here. What it has learned is saved and its films are made; it can be resumed later."
        self.desk.ask(Question("Stop this training?", text, "Stop training", lambda: self._stop(run_id)))

    def delete(self, run_id: str) -> None:
        """Move a run to the trash, with Undo."""
        card = self.cards.get(run_id)
        what = self.title(card) if card else run_id

        def gone(_: str) -> None:
            self.desk.toast("Moved to the trash", what, Kind.OK, lambda: self.restore(run_id))
            self.refresh()

        text = f"{what} with its films and checkpoints moves to the trash, from where it can be taken back."
        work = lambda: self._experiments.delete(run_id)  # noqa: E731  # said once, used once
        self.desk.ask(Question("Delete this run?", text, "Delete", lambda: self.desk.background(work, gone)))

    def restore(self, run_id: str) -> None:
        """Take a run back from the trash."""
        self.desk.background(lambda: self._experiments.restore(run_id), lambda _: self.refresh())

    def _stop(self, run_id: str) -> None:
        self._tell(run_id, "Stopping", lambda: self._commands.stop(run_id))

    def _tell(self, run_id: str, pending: str, do: Callable[[], None]) -> None:
        if run_id in self._pending:
            return
        self._pending[run_id] = pending
        self.changed()

        def failed(error: Exception) -> None:
            self._pending.pop(run_id, None)
            self.changed()
            self.desk.fail(error)

        def done(_: None) -> None:
            self._pending.pop(run_id, None)
            self.changed()
            self.refresh()

        self.desk.background(do, done, failed)

    # --- what was seen --------------------------------------------------------------------------------------------------

    def _look_around(self) -> Look:
        """In the background: also tells the desktop of trainings that ended, since a minimised window draws nothing."""
        look = self._book.look()
        for card in self._ended(look):
            words, _ = ENDS[card.status.state]
            if self.desk.settings.now.notify:
                notify(f"{self.title(card)} {words}", self._result(card))
        return look

    def _ended(self, look: Look) -> list[RunCard]:
        before, self._states = self._states, {card.id: card.status.state for card in (*look.recent, *look.live)}
        cards = {card.id: card for card in (*look.recent, *look.live)}
        return [card for card in cards.values() if card.status.state.ended and before.get(card.id, card.status.state).live]

    def _seen(self, look: Look) -> None:
        before = {card.id: card.status.state for card in self.cards.values()} if self.loaded else {}
        if look == self.look and self.loaded:
            return
        self.look, self.loaded = look, True
        if self.chosen:
            self._look_up()
        else:
            self.chosen = self._first()
        for card in self.cards.values():
            state = card.status.state
            if state.ended and before.get(card.id, state).live:
                words, kind = ENDS[state]
                self.desk.toast(f"{self.title(card)} {words}", self._result(card), kind)
        self.changed()

    def _look_up(self) -> None:
        """Ask for the run chosen when it is neither at work nor among the newest."""
        run_id = self.chosen
        if run_id and self.card is None:
            self.desk.background(lambda: self._book.card(run_id), lambda card: self._found(run_id, card))

    def _found(self, run_id: str, card: RunCard | None) -> None:
        if run_id != self.chosen or self.card is not None:
            return
        self._watch_only = card
        if card is None:  # it was deleted
            self.chosen = self._first()
        self.changed()

    def _first(self) -> str:
        """The run to show when none was chosen: the newest at work, else the newest."""
        return next((card.id for card in (*self.look.live[::-1], *self.look.recent)), "")

    def _result(self, card: RunCard) -> str:
        status = card.status
        if status.state in (RunState.FAILED, RunState.INTERRUPTED):
            return status.reason
        return f"Mean score {score(status.mean_score)} after {trained(status.seconds)}."
