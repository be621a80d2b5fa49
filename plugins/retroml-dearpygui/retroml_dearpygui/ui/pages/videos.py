"""Videos: every film as a picture, those in the making, and the film that is played."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.pages.film_cards import FilmCards
from retroml_dearpygui.ui.pages.film_player import FilmPlayer
from retroml_dearpygui.ui.pages.film_wish import FilmWishCard
from retroml_dearpygui.ui.widgets.basic import bar, button, card, cell, grid, refill, row, text
from retroml_dearpygui.ui.widgets.empty_card import EmptyCard
from retroml_dearpygui.viewmodels.videos import ORDERS, VideosViewModel
from retroml_dearpygui.viewmodels.wording import several, trained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.services.film_jobs import FilmJob
    from retroml_dearpygui.ui.page import Keyed
    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.viewmodels.film_work import Working

__all__ = ["VideosPage"]

PLAYING_FPS = 60.0
SEARCH, SEARCH_NARROW = 300, 190
BUTTONS = 226
"""Pixels at 100 % for what can be done with a film in the making."""


class VideosPage(Page):
    """All films; with `play` (a path) among the arguments that film, with `make` (a run) the question what film to make.

    With `race` (ids of runs, separated by commas) the question is about a film of these runs side by side.
    """

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(VideosViewModel)
        self.player = FilmPlayer(desk, ui, self.vm)
        self.cards = FilmCards(desk, ui, self.vm)
        self.wish = FilmWishCard(desk, ui, self.vm.wish)
        offers = {
            "first": ("Train an agent", icons.PLAY, lambda: desk.go("train")),
            "showall": ("Show all films", icons.X, self._show_all),
            "again": ("Try again", icons.REFRESH_CW, self.vm.refresh),
        }
        self._empty = EmptyCard(ui, "videos", offers)
        self._seen = (-1, -1)
        self._jobs: list[int | str] = []

    @property
    def fps(self) -> float:
        """Smooth while a film is played."""
        return PLAYING_FPS if self.vm.playing is not None and self.vm.player.playing else 0.0

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The player."""
        return (self.player,)

    def open(self, play: str = "", make: str = "", race: str = "", **arguments: str) -> None:
        """Show all films, play one, or ask what film to make of a run, or of several."""
        if play:
            self.vm.play_path(play)
        elif make:
            self.vm.wish.ask(make)
        elif race:
            first, *others = race.split(",")
            self.vm.wish.ask(first, others)

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        self._seen, self._jobs = (-1, -1), []
        with dpg.group(tag="videos.list"):
            self._build_bar()
            self.wish.build()
            dpg.add_group(tag="videos.jobs")
            self._empty.build()
            self.cards.build()
        with dpg.group(tag="videos.player", show=False):
            self.player.build()

    def tick(self, dt: float) -> None:
        """Show what is new."""
        vm = self.vm
        playing = vm.playing is not None
        if dpg.is_item_shown("videos.player") != playing:
            dpg.configure_item("videos.player", show=playing)
            dpg.configure_item("videos.list", show=not playing)
            dpg.set_y_scroll("main", 0)
            self.ui.focus("film.toggle" if playing else "videos.direction")
        vm.tick()
        if playing:
            self.player.tick()
            return
        if self._seen != (vm.version, vm.wish.version):
            self._seen = (vm.version, vm.wish.version)
            self._show()
        self.cards.tick()

    def hidden(self) -> None:
        """Play no more."""
        self.vm.player.pause()

    # --- building -------------------------------------------------------------------------------------------------------

    def _build_bar(self) -> None:
        ui, vm = self.ui, self.vm
        with row(ui):
            dpg.add_input_text(
                hint=f"{icons.SEARCH}  Search films", width=ui.px(SEARCH_NARROW if ui.narrow else SEARCH),
                default_value=vm.text, tag="videos.text",
                callback=lambda _sender, words: vm.set_text(words),
            )  # fmt: skip
            titles = dict(ORDERS)
            dpg.add_combo(
                list(titles.values()), default_value=titles[vm.order], width=ui.px(130), tag="videos.order",
                callback=lambda _sender, title: vm.sort({v: k for k, v in ORDERS}[title], vm.descending),
            )  # fmt: skip
            button(ui, "", lambda: vm.sort(vm.order, not vm.descending), "ghost", icon=icons.ARROW_DOWN, tag="videos.direction",
                   tip="Turn the order round")  # fmt: skip
            button(ui, "Make a film", lambda: vm.wish.ask(), "primary", icon=icons.FILM, tag="videos.make")
            if not ui.narrow:
                text(ui, "", "small", tag="videos.count")
        if ui.narrow:
            text(ui, "", "small", tag="videos.count")

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        vm = self.vm
        dpg.set_item_label("videos.direction", icons.ARROW_DOWN if vm.descending else icons.ARROW_UP)
        shown = len(vm.films)
        dpg.set_value(
            "videos.count",
            f"{shown:,} of {vm.total:,} films" if shown != vm.total else several(vm.total, "film") if vm.total else "",
        )
        self.wish.show()
        self._show_jobs()
        self._show_empty()
        self.cards.show(vm.films)

    def _show_jobs(self) -> None:
        shown: list[int | str] = [*(job.number for job in self.vm.jobs), *(work.run_id for work in self.vm.working)]
        if shown != self._jobs:
            self._jobs = shown
            with refill("videos.jobs"):
                for job in self.vm.jobs:
                    self._build_job(job)
                for index, work in enumerate(self.vm.working):
                    self._build_working(index, work)
        for index, work in enumerate(self.vm.working):
            dpg.set_value(f"videos.working.{index}.bar", work.fraction)
            left = f", {trained(work.seconds_left)} left" if work.seconds_left is not None else ""
            dpg.set_value(f"videos.working.{index}.words", f"{work.fraction:.0%}  {work.words}{left}")
        for job in self.vm.jobs:
            self._write_job(job)

    def _build_working(self, index: int, work: Working) -> None:
        ui, tag = self.ui, f"videos.working.{index}"
        with card(ui, tag=tag), grid(ui, [1, -146]):
            with cell():
                text(ui, f"{icons.FILM}  Films of {work.title}, whose training is done", "strong")
                bar(ui, tag=f"{tag}.bar")
                text(ui, "", "small", tag=f"{tag}.words", wrap=0)
            button(ui, "Make no more", partial(self.vm.stop_working, work), tag=f"{tag}.stop", width=-1)

    def _build_job(self, job: FilmJob) -> None:
        ui, vm, tag = self.ui, self.vm, f"videos.job.{job.number}"
        with card(ui, tag=tag), grid(ui, [1, -BUTTONS]):
            with cell():
                text(ui, f"{icons.FILM}  {job.title or vm.kind_title(job.renderer)} of {vm.run_title(job.run_id)}", "strong")
                bar(ui, tag=f"{tag}.bar")
                text(ui, "", "small", tag=f"{tag}.words", wrap=0)
            with row(ui, 6):
                wide = ui.px((BUTTONS - 6) / 2)
                button(ui, "Cancel", partial(vm.cancel, job.number), tag=f"{tag}.cancel", width=wide)
                for name, title, icon, do in (
                    ("pause", "Pause", icons.PAUSE, vm.pause),
                    ("resume", "Resume", icons.PLAY, vm.resume),
                    ("again", "Try again", icons.REFRESH_CW, vm.again),
                ):
                    button(ui, title, partial(do, job.number), icon=icon, tag=f"{tag}.{name}", width=wide, show=False)

    def _write_job(self, job: FilmJob) -> None:
        tag = f"videos.job.{job.number}"
        left = f", {trained(job.seconds_left)} left" if job.seconds_left is not None and not job.paused else ""
        dpg.set_value(f"{tag}.bar", job.fraction)
        dpg.set_value(f"{tag}.words", job.error or f"{job.fraction:.0%}  {job.words}{left}")
        dpg.configure_item(f"{tag}.words", color=self.ui.tone("danger" if job.error else "muted"))
        dpg.configure_item(f"{tag}.bar", show=not job.error)
        dpg.set_item_label(f"{tag}.cancel", "Dismiss" if job.error else "Cancel")
        for name, shown in (
            ("pause", not job.error and not job.paused),
            ("resume", job.paused),
            ("again", bool(job.error)),
        ):
            dpg.configure_item(f"{tag}.{name}", show=shown)

    def _show_empty(self) -> None:
        vm = self.vm
        if vm.problem:
            self._empty.show("The films cannot be shown", vm.problem, "again")
        elif vm.films or not vm.loaded:
            self._empty.show("")
        elif vm.total:
            self._empty.show("No film fits", "Other words may find some.", "showall")
        else:
            words = "When a training ends, films of it are made by themselves: how it learned, and its best game."
            self._empty.show("No films yet", words, "first")

    def _show_all(self) -> None:
        dpg.set_value("videos.text", "")
        self.vm.set_text("")
