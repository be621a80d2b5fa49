"""Watching: the agents of a run at work, live; and real play of any moment of any run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from retroml_core.events import RunState
from retroml_core.live import LiveFrames, LiveView
from retroml_dearpygui.services.time_machine import STEPS_A_SECOND, Scene, TimeMachine
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.moment_film import MomentFilm
from retroml_dearpygui.viewmodels.runs import RunsViewModel

if TYPE_CHECKING:
    from retroml_core.runs.run import Run
    from retroml_core.tape import Tape
    from retroml_dearpygui.desk import Desk

__all__ = ["WatchViewModel"]

SPEEDS = (0.5, 1.0, 2.0, 4.0)
LIVE_FPS = 30.0


class WatchViewModel(ViewModel):
    """`frames` are the newest of the live view, `agent` the one enlarged (None: all).

    `moment` is the step of the run being travelled to, then that of the `scene` shown (None: now); `playing` and `speed`.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.runs = desk.viewmodel(RunsViewModel)
        self.moment_film = desk.viewmodel(MomentFilm)
        self.frames: LiveFrames | None = None
        self.agent: int | None = None
        self.moment: int | None = None
        self.scene: Scene | None = None
        self.playing = True
        self.speed = 1.0
        self._machine = TimeMachine(self._open_tape)
        self._view: LiveView | None = None
        self._looking = ExitStack()
        self._at = self._travelled = ""
        self._going = False
        self._due = 0.0

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def travelling(self) -> bool:
        """Whether a moment of the past is shown."""
        return self.moment is not None

    @property
    def live(self) -> bool:
        """Whether the run shown is playing right now."""
        card = self.runs.card
        return card is not None and card.status.state is RunState.RUNNING

    @property
    def fps(self) -> float:
        """Frames a second that what is shown needs."""
        if self.travelling:
            return LIVE_FPS if self.playing else 0.0
        return LIVE_FPS if self.live else 0.0

    # --- commands -------------------------------------------------------------------------------------------------------

    def enlarge(self, agent: int | None) -> None:
        """Show one agent alone, or all again."""
        self.agent = agent
        self.changed()

    def travel(self, step: float) -> None:
        """Show what was played at a step of the run chosen, as soon as that run is known."""
        if not self.runs.chosen:
            return
        self.moment, self._travelled = max(0, int(step)), self.runs.chosen
        self.playing, self._going = True, False
        self._due = 0.0
        self._set_off()
        self.changed()

    def travel_share(self, share: float) -> None:
        """Show the moment at a share of the run so far, 0 to 1."""
        card = self.runs.card
        if card is not None:
            self.travel(share * card.status.step)

    def skip(self, seconds: float) -> None:
        """Go so many seconds of play on from the moment shown, or back: all games take their steps at the same time."""
        if self.moment is not None and self.runs.card is not None:
            games = self.scene.games if self.scene is not None else 1
            self.travel(min(self.moment + seconds * STEPS_A_SECOND * games, self.runs.card.status.step))

    def back_to_now(self) -> None:
        """Show the agents at work again."""
        self.moment, self.scene = None, None
        self._going = False
        self._machine.rest()
        self.changed()

    def toggle(self) -> None:
        """Play or hold."""
        self.playing = not self.playing
        self.changed()

    def set_speed(self, speed: float) -> None:
        """How much faster than the game was."""
        self.speed = speed
        self.changed()

    def make_film(self) -> None:
        """Make a film of the moment shown, without leaving it."""
        card = self.runs.card
        if card is not None and self.travelling:
            self.moment_film.make(card.run, self.scene)

    # --- keeping up -----------------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Once a frame while the page is shown, at `now` seconds of a monotonic clock."""
        self._follow()
        if self.travelling:
            self._play(now)
        elif self._view is not None and (frames := self._view.read()) is not None:
            self.frames = frames
            if self.agent is not None and self.agent >= len(frames.frames):
                self.agent = None
            self.changed()

    def leave(self) -> None:
        """The page is left: the training shows nothing any more, the past rests where it is until the page is back."""
        self._stop_looking()
        self._machine.rest()
        self._going = False
        self._at = ""

    def close(self) -> None:
        """Let go of the live view and of the tape."""
        self._stop_looking()
        self._machine.close()

    def _follow(self) -> None:
        """Look at the run chosen, while it is at work."""
        card = self.runs.card
        wanted = card.id if card is not None and card.status.state.live else ""
        if card is not None and self._at and card.id != self._at.partition("/")[0]:
            self.agent = None
        if self.travelling and self.runs.chosen != self._travelled:
            self.back_to_now()
        self._set_off()
        here = f"{card.id}/{wanted}" if card is not None else ""
        if here == self._at:
            return
        self._stop_looking()
        self._at = here
        if wanted and card is not None:
            self._view = LiveView(card.run)
            self._looking.enter_context(self._view.watch())

    def _set_off(self) -> None:
        """Begin to play the moment travelled to, once its run is known."""
        card = self.runs.card
        if self.moment is not None and not self._going and card is not None and card.id == self._travelled:
            self._going = True
            self._machine.go(card.run, self.moment)

    def _stop_looking(self) -> None:
        self._looking.close()
        self._view, self.frames = None, None
        self.changed()

    def _play(self, now: float) -> None:
        if not self._going or now < self._due or (not self.playing and self.scene is not None):
            return
        scene = self._machine.next()
        if scene is not None:
            self.scene = scene
            if scene.pixels is not None:
                self.moment = scene.step
            late = now - self._due > 1.0
            self._due = (now if late else self._due) + 1.0 / (STEPS_A_SECOND * self.speed)
            self.changed()

    def _open_tape(self, run: Run) -> Tape:
        return run.tape(self.desk.app)
