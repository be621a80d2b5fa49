"""What the command palette and the keyboard can do, offered through the app's own hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui import offers
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.tour import TourViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_dearpygui.desk import Desk

__all__ = [
    "larger",
    "next_mode",
    "other_theme",
    "pause_run",
    "resume_run",
    "show_help",
    "smaller",
    "start_training",
    "stop_run",
    "tour",
    "undo",
]

SCALE_STEP, SMALLEST, LARGEST = 0.125, 0.75, 3.0


def start_training(desk: Desk) -> None:
    """Start a training as the Train page says."""
    desk.go("train")
    desk.viewmodel(TrainViewModel).start()


def pause_run(desk: Desk) -> None:
    """Pause the run shown."""
    _chosen(desk, desk.viewmodel(RunsViewModel).pause)


def resume_run(desk: Desk) -> None:
    """Go on with the run shown."""
    _chosen(desk, desk.viewmodel(RunsViewModel).resume)


def stop_run(desk: Desk) -> None:
    """Stop the run shown, after asking."""
    _chosen(desk, desk.viewmodel(RunsViewModel).stop)


def other_theme(desk: Desk) -> None:
    """From dark to light and back."""
    desk.settings.set(theme="dark" if desk.settings.now.theme == "light" else "light")
    desk.front.restyle()


def next_mode(desk: Desk) -> None:
    """Show more, or after the last mode the least again."""
    mode = Mode(desk.settings.now.mode % len(Mode) + 1)
    desk.settings.set(mode=int(mode))
    desk.front.restyle()
    desk.toast(f"{mode.title} mode", "What is hidden keeps its value.")


def larger(desk: Desk) -> None:
    """Larger text and pictures."""
    _scale(desk, SCALE_STEP)


def smaller(desk: Desk) -> None:
    """Smaller text and pictures."""
    _scale(desk, -SCALE_STEP)


def show_help(desk: Desk) -> None:
    """Show the help about the page on screen."""
    page = next((page for page in offers.pages(desk.app.plugins) if page.name == desk.settings.now.page), None)
    desk.go("help", topic=page.help if page else "")


def tour(desk: Desk) -> None:
    """Show the tour of the first start again."""
    desk.settings.set(toured=False)
    desk.viewmodel(TourViewModel).begin()
    desk.go("train")


def undo(desk: Desk) -> None:
    """Take back what was deleted or reset last."""
    title = desk.undos.take_back()
    if title:
        desk.toast("Taken back", title)
    else:
        desk.toast("There is nothing to take back", "What was deleted earlier lies in the trash, on the Settings page.")


def _scale(desk: Desk, step: float) -> None:
    scale = min(LARGEST, max(SMALLEST, (desk.settings.now.scale or 1.0) + step))
    desk.settings.set(scale=scale)
    desk.front.restyle()
    desk.toast(f"Size {scale:.0%}")


def _chosen(desk: Desk, do: Callable[[str], None]) -> None:
    runs = desk.viewmodel(RunsViewModel)
    if runs.chosen:
        do(runs.chosen)
    else:
        desk.toast("There is no run yet", "Start one on the Train page.")
