"""`Desk`: what pages, view-models, panels and actions are given. Plain Python: no window is needed to test with it.

Its `front` shows things to the user (the shell does, a list of calls in tests), its `worker` runs things beside the window.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from retroml_core.faults import Fault
from retroml_dearpygui.services.children import Children
from retroml_dearpygui.services.configs import Composer
from retroml_dearpygui.services.layout import Layout
from retroml_dearpygui.services.undo import Undos

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_dearpygui.runtime.background import Background
    from retroml_dearpygui.services.settings import SettingsStore
    from retroml_dearpygui.viewmodels.base import ViewModel

__all__ = ["Desk", "Front", "Kind", "Question"]

T = TypeVar("T")
V = TypeVar("V", bound="ViewModel")


class Kind:
    """Kinds of messages, by what they mean to the user."""

    INFO, OK, WARN, DANGER = "info", "ok", "warn", "danger"


class Question:
    """A question that ends something: asked in a dialog, `do` is called when the answer is `label`.

    `danger` paints the button red.
    """

    def __init__(self, title: str, text: str, label: str, do: Callable[[], None], *, danger: bool = True) -> None:
        self.title, self.text, self.label, self.do, self.danger = title, text, label, do, danger


class Front(Protocol):
    """What shows things to the user; only the main thread calls it."""

    def toast(self, title: str, text: str, kind: str, undo: Callable[[], None] | None) -> None:
        """Show a message for some seconds, with an Undo button when `undo` is given."""

    def ask(self, question: Question) -> None:
        """Show a question."""

    def go(self, page: str, arguments: dict[str, str]) -> None:
        """Show a page."""

    def restyle(self) -> None:
        """Build everything anew, the settings of looks or mode have changed."""

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard."""

    def report(self, where: str, error: BaseException) -> str:
        """Write an error to the crash log; its report."""

    def crashed(self, where: str, error: BaseException) -> None:
        """An unexpected error: written to the crash log, shown with a report to copy."""


class Desk:
    """The app with its settings, messages, questions, pages and work in the background."""

    def __init__(
        self,
        app: App,
        settings: SettingsStore,
        worker: Background,
        front: Front,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app = app
        self.settings = settings
        self.layout = Layout(settings)
        self.front = front
        self.clock = clock
        self.composer = Composer(app)
        self.children = Children()
        self.undos = Undos()
        self.begins_again = False
        """Whether the app starts anew once its window is closed."""
        self._worker = worker
        self._viewmodels: dict[type[ViewModel], ViewModel] = {}

    def viewmodel(self, kind: type[V]) -> V:
        """The one view-model of class `kind`, made at the first call."""
        if kind not in self._viewmodels:
            self._viewmodels[kind] = kind(self)
        return cast("V", self._viewmodels[kind])

    def forget(self) -> None:
        """Let all view-models go: the next call makes them anew, as at a start."""
        self._close_viewmodels()
        self._worker.end_repeated()

    def post(self, do: Callable[[], None]) -> None:
        """Have `do` called on the main thread before the next frame. From any thread."""
        self._worker.post(do)

    def background(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Call `work` beside the window, then `done` with its result, or `failed` with what it raised, on the main thread.

        Without `failed` a Fault or OSError becomes a message and anything else a crash report; see `fail`.
        """
        self._worker.run(work, done or (lambda _: None), failed or self.fail)

    def every(self, seconds: float, work: Callable[[], T], done: Callable[[T], None]) -> Callable[[], None]:
        """Call `work` beside the window again and again, resting so long between, and `done` on the main thread each time.

        Returns a function that ends it. Goes on while the window is minimised and draws nothing.
        """
        return self._worker.every(seconds, work, done)

    def toast(self, title: str, text: str = "", kind: str = Kind.INFO, undo: Callable[[], None] | None = None) -> None:
        """Show a message for some seconds; with `undo` it has an Undo button, and `undos` keeps it when the message is gone."""
        self.front.toast(title, text, kind, self.undos.keep(title, undo) if undo else None)

    def ask(self, question: Question) -> None:
        """Ask before something ends."""
        self.front.ask(question)

    def go(self, page: str, **arguments: str) -> None:
        """Show a page; `arguments` reach its `open`."""
        self.front.go(page, arguments)

    def copy(self, text: str, what: str = "") -> None:
        """Put `text` on the clipboard and say so."""
        self.front.copy(text)
        self.toast("Copied", what or text, Kind.OK)

    def fail(self, error: Exception) -> None:
        """Say what went wrong: a user's or the machine's fault in its own words, our own with a report to copy."""
        if isinstance(error, (Fault, OSError)):
            self.toast("That did not work", str(error), Kind.DANGER)
        else:
            self.front.crashed("background work", error)

    def close(self) -> None:
        """Take no more work; trainings go on."""
        self._close_viewmodels()
        self.children.release()
        self._worker.close()

    def _close_viewmodels(self) -> None:
        for model in self._viewmodels.values():
            model.close()
        self._viewmodels.clear()
