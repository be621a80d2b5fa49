"""What is installed here, and installing what is missing."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from retroml_core.runs.forecast import free_bytes
from retroml_core.training.devices import gpus
from retroml_dearpygui.desk import Kind
from retroml_dearpygui.services.help_pages import worst_first
from retroml_dearpygui.services.long_work import run_long, spawn_thread
from retroml_dearpygui.services.set_up import (
    Installation,
    Room,
    SetUpNews,
    SetUpStopped,
    begin_installation,
    door,
    missing,
    room_needed,
)
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.wording import play_time, size

if TYPE_CHECKING:
    from retroml_core.commands.doctor import Finding
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.services.long_work import Spawn

__all__ = ["SetUpViewModel", "Stage"]

PIP = "pip install retroml-core[train]"


class Stage(Enum):
    """How far the set-up is."""

    COMPLETE = "complete"
    NEEDED = "needed"
    WORKING = "working"
    FAILED = "failed"
    DONE = "done"
    """Installed just now: the app has to begin again to use it."""


class SetUpViewModel(ViewModel):
    """`findings` is what `retroml doctor` finds, empty before the first look; `words` what went wrong."""

    def __init__(self, desk: Desk, spawn: Spawn = spawn_thread) -> None:
        super().__init__(desk)
        self.missing = missing()
        self.stage = Stage.NEEDED if self.missing else Stage.COMPLETE
        self.news: SetUpNews | None = None
        self.words = ""
        self.findings: tuple[Finding, ...] = ()
        self._room: Room | None = None
        self._spawn = spawn
        self._work: Installation | None = None

    # --- looking --------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look at the machine anew."""

        def look() -> tuple[tuple[Finding, ...], Room]:
            return tuple(worst_first(self.desk.app)), room_needed(gpu=bool(gpus()))

        self.desk.background(look, self._looked)

    def _looked(self, found: tuple[tuple[Finding, ...], Room]) -> None:
        self.findings, self._room = found
        self.changed()

    @property
    def title(self) -> str:
        """How it stands, in a few words."""
        return {
            Stage.COMPLETE: "Everything is installed",
            Stage.NEEDED: f"Almost there: {_listed(self.missing)} {'are' if len(self.missing) > 1 else 'is'} not installed yet",
            Stage.WORKING: "Setting up",
            Stage.FAILED: "The set-up did not come to its end",
            Stage.DONE: "Everything is installed now",
        }[self.stage]

    @property
    def text(self) -> str:
        """What that means, and what to do."""
        if self.stage is Stage.NEEDED and not self.can_start:
            return f"Nothing can learn without it. Install it where Retro ML was installed: {PIP}"
        if self.stage in (Stage.NEEDED, Stage.FAILED):
            return f"Agents learn with it. {self._need()}If it is interrupted, it goes on from there the next time."
        if self.stage is Stage.WORKING:
            return "This takes some minutes. Closing the window stops it; it goes on from there the next time."
        return "The app begins anew to use it." if self.stage is Stage.DONE else "Agents can be trained on this machine."

    def _need(self) -> str:
        if self._room is None:
            return ""
        return f"It is about {size(self._room.download_bytes)} to download and takes {size(self._room.disk_bytes)} of disk. "

    @property
    def step(self) -> str:
        """The step that is being done."""
        news = self.news
        return f"Step {news.step} of {news.of}: {news.title}, {play_time(news.seconds)}" if news else "Beginning"

    @property
    def share(self) -> float:
        """How many of the steps are done, 0 to 1."""
        return (self.news.step - 1) / self.news.of if self.news else 0.0

    @property
    def can_start(self) -> bool:
        """Whether the app can install what is missing by itself, and is not doing so."""
        return self.stage in (Stage.NEEDED, Stage.FAILED) and door() is not None

    # --- doing ----------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Install what is missing; refused in words where there is too little disk."""
        file = door()
        if not self.can_start or file is None:
            return
        free, room = free_bytes(file.parent), self._room
        if room is not None and free < room.disk_bytes:
            self._end(f"It takes {size(room.disk_bytes)} of disk, {size(free)} are free. Free some, then try again.")
            return
        self.stage, self.news, self.words = Stage.WORKING, None, ""
        self.changed()
        run_long(self.desk.post, self._spawn, self._install, lambda _: self._installed(), self._failed)

    def _install(self) -> None:
        self._work = begin_installation()
        self._work.follow(lambda news: self.desk.post(lambda: self._told(news)))

    def stop(self) -> None:
        """Stop installing; it can go on later."""
        if self._work is not None:
            self._work.stop()

    def close(self) -> None:
        """The app ends: so does the set-up, which goes on from there the next time."""
        if self.stage is Stage.WORKING:
            self.stop()

    def copy(self) -> None:
        """Put what is known of the machine on the clipboard, as for a question or a report."""
        lines = [f"- {found.topic} ({found.verdict}): {found.text}" for found in self.findings]
        self.desk.copy("\n".join([*lines, *filter(None, [self.words])]), "What is known of this machine")

    def _told(self, news: SetUpNews) -> None:
        self.news = news
        self.changed()

    def _installed(self) -> None:
        self._work = None
        self.stage, self.words = Stage.DONE, ""
        self.changed()

    def _failed(self, error: Exception) -> None:
        self._work = None
        if isinstance(error, SetUpStopped):
            self.stage = Stage.NEEDED
            self.changed()
            return
        self._end(str(error))
        self.desk.toast("The set-up did not come to its end", "The page says why.", Kind.DANGER)

    def _end(self, words: str) -> None:
        self.stage, self.words = Stage.FAILED, words
        self.changed()


def _listed(words: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
