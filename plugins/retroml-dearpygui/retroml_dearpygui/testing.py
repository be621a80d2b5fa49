"""A desk without a window, for tests of view-models and of plugins' pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from retroml_dearpygui.desk import Desk, Question
from retroml_dearpygui.runtime.background import Background
from retroml_dearpygui.services.settings import SettingsStore

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_dearpygui.services.configs import Composer

__all__ = ["AtOnce", "FakeFront", "make_desk"]

T = TypeVar("T")


class FakeFront:
    """Keeps what the user would have seen. `answer` says yes to the last question."""

    def __init__(self) -> None:
        self.toasts: list[tuple[str, str, str]] = []
        self.undos: list[Callable[[], None]] = []
        self.questions: list[Question] = []
        self.places: list[tuple[str, dict[str, str]]] = []
        self.clipboard = ""
        self.crashes: list[BaseException] = []
        self.restyled = 0

    def toast(self, title: str, text: str, kind: str, undo: Callable[[], None] | None) -> None:
        """Keep a message as (title, text, kind)."""
        self.toasts.append((title, text, kind))
        if undo:
            self.undos.append(undo)

    def ask(self, question: Question) -> None:
        """Keep a question."""
        self.questions.append(question)

    def answer(self) -> None:
        """Say yes to the last question."""
        self.questions.pop().do()

    def go(self, page: str, arguments: dict[str, str]) -> None:
        """Keep where the user would be now."""
        self.places.append((page, arguments))

    def restyle(self) -> None:
        """Count."""
        self.restyled += 1

    def copy(self, text: str) -> None:
        """Keep the clipboard."""
        self.clipboard = text

    def report(self, where: str, error: BaseException) -> str:
        """Keep the error; a short report."""
        self.crashes.append(error)
        return f"{where}: {error}"

    def crashed(self, where: str, error: BaseException) -> None:
        """Keep the error."""
        self.crashes.append(error)


class _Repeated:
    def __init__(self, do: Callable[[], None]) -> None:
        self.do = do
        self.goes_on = True

    def end(self) -> None:
        self.goes_on = False


class AtOnce(Background):
    """Does work at once instead of in a thread, so that tests need not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.repeated: list[_Repeated] = []

    def post(self, do: Callable[[], None]) -> None:
        """Call `do` now."""
        do()

    def run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
        """Call `work`, then `done` or `failed`, now."""
        try:
            result = work()
        except Exception as error:  # noqa: BLE001  # handed on, whatever it is
            failed(error)
        else:
            done(result)

    def every(self, seconds: float, work: Callable[[], T], done: Callable[[T], None]) -> Callable[[], None]:
        """Remember the work; `beat` does it."""
        job = _Repeated(lambda: done(work()))
        self.repeated.append(job)
        return job.end

    def beat(self) -> None:
        """Do all repeated work once."""
        for job in list(self.repeated):
            if job.goes_on:
                job.do()


def make_desk(app: App, composer: Composer | None = None, **settings: object) -> tuple[Desk, FakeFront]:
    """A desk for `app` with `settings`, and the front that keeps what it shows.

    A `composer` that is handed on from test to test saves composing again.
    """
    front = FakeFront()
    store = SettingsStore(app.root.path / "desktop.json")
    if settings:
        store.set(**settings)
    desk = Desk(app, store, AtOnce(), front)
    if composer is not None:
        desk.composer = composer
    return desk, front
