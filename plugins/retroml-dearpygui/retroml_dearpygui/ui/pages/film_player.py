"""A film shown large: play, seek, speed, picture by picture; keys J K L , . as in other players, Escape goes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts
from retroml_dearpygui.services.player import RATES
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, grid, refill, row, text
from retroml_dearpygui.ui.widgets.video_view import VideoView
from retroml_dearpygui.viewmodels.wording import play_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retroml_core.films.film import Film
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.videos import VideosViewModel

__all__ = ["FilmPlayer"]

FACTS_WIDTH = 320
CONTROLS_HEIGHT = 70
ACTION_WIDTH = 40
MARGIN = 34


class FilmPlayer:
    """Shows the film that its view-model plays."""

    def __init__(self, desk: Desk, ui: Ui, vm: VideosViewModel) -> None:
        self.desk, self.ui, self.vm = desk, ui, vm
        self.view = VideoView(ui, "film.picture")
        self.large = False
        self._beside = True
        self._film: Film | None = None
        self._keys = {
            shortcuts.HOLD: self._toggle,
            shortcuts.REWIND: lambda: self._skip(-shortcuts.SKIP_SECONDS),
            shortcuts.ON: lambda: self._skip(shortcuts.SKIP_SECONDS),
            shortcuts.PREVIOUS: lambda: vm.player.step(-1),
            shortcuts.NEXT: lambda: vm.player.step(1),
            shortcuts.CLOSE: vm.stop,
        }

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """The keys of the player, while a film is shown."""
        return self._keys if self.vm.playing is not None else {}

    def build(self) -> None:
        """Make the widgets in the current container."""
        ui, self._film = self.ui, None
        self._beside = not ui.narrow
        self._build_head()
        text(ui, "", tone="danger", tag="film.error", show=False, wrap=0)
        if self._beside:
            with row(ui, 14):
                self.view.build()
                self._build_facts(width=ui.px(FACTS_WIDTH), height=ui.px(400), no_scrollbar=False)
            self._build_controls()
        else:
            self.view.build()
            self._build_controls()
            self._build_facts()

    def _build_head(self) -> None:
        ui, vm = self.ui, self.vm
        actions = (
            ("run", icons.FLASK_CONICAL, "Show its run", vm.show_run),
            ("outside", icons.EXTERNAL_LINK, "Open in your player", vm.open_outside),
            ("folder", icons.FOLDER_OPEN, "Show in folder", vm.show_folder),
            ("copy", icons.COPY, "Copy path", vm.copy_path),
            ("delete", icons.TRASH_2, "Delete", vm.delete),
        )
        with grid(ui, [-118, 1, *[-ACTION_WIDTH] * (len(actions) + 1)]):
            button(ui, "All films", vm.stop, "ghost", icon=icons.CHEVRON_LEFT, tag="film.back")
            dpg.add_input_text(
                width=-1, on_enter=True, tag="film.name", hint="Name", callback=lambda _sender, name: self._rename(name)
            )
            for key, icon, tip, do in actions:
                button(ui, "", partial(self._with_film, do), "ghost", icon=icon, tip=tip, tag=f"film.{key}", width=-1)
            icon = icons.MINIMIZE if self.large else icons.MAXIMIZE
            button(ui, "", self._resize, "ghost", icon=icon, tip="As large as fits", tag="film.large", width=-1)

    def _build_facts(self, **more: Any) -> None:
        with card(self.ui, "About this film", icons.INFO, show=not self.large, tag="film.facts", **more):
            dpg.add_group(tag="film.facts.rows")

    def _build_controls(self) -> None:
        ui, player = self.ui, self.vm.player
        with grid(ui, [-44, -44, -60, -44, 1, -120, -92], tag="film.controls"):
            button(ui, "", lambda: player.seek(0.0), "ghost", icon=icons.SKIP_BACK, tip="To the beginning", tag="film.first")
            button(
                ui,
                "",
                lambda: player.step(-1),
                "ghost",
                icon=icons.CHEVRON_LEFT,
                tip="Picture before ( , )",
                tag="film.stepback",
            )
            button(ui, "", self._toggle, "primary", icon=icons.PAUSE, tag="film.toggle")
            button(ui, "", lambda: player.step(1), "ghost", icon=icons.CHEVRON_RIGHT, tip="Next picture ( . )", tag="film.step")
            dpg.add_slider_float(
                width=-1,
                max_value=1.0,
                format="",
                no_input=True,
                tag="film.slider",
                callback=lambda _sender, at: player.seek(at * player.duration),
            )
            text(ui, "", "small", tag="film.time")
            dpg.add_combo(
                [_rate_words(rate) for rate in RATES], default_value=_rate_words(player.rate), width=-1, tag="film.rate",
                callback=lambda _sender, words: setattr(player, "rate", float(words.rstrip("x"))),
            )  # fmt: skip

    def tick(self) -> None:
        """Once a frame: show the picture that is due."""
        player = self.vm.player
        picture = player.due()
        if picture is not None:
            self.view.put(picture.pixels_HWC)
        room = self._room()
        self.view.tick(room)
        if self._beside and not self.large:
            dpg.configure_item("film.facts", height=int(max(self.ui.px(200), self.view.height)))
        if self.vm.playing is not None and self.vm.playing != self._film:
            self._show_film(self.vm.playing)
        dpg.set_item_label("film.toggle", icons.PAUSE if player.playing else icons.PLAY)
        dpg.set_value("film.time", f"{play_time(player.position)} / {play_time(player.duration)}")
        if not dpg.is_item_active("film.slider"):
            dpg.set_value("film.slider", player.position / player.duration if player.duration else 0.0)
        dpg.set_value("film.error", player.error)
        dpg.configure_item("film.error", show=bool(player.error))

    def _room(self) -> tuple[float, float]:
        """The pixels there are for the picture."""
        px = self.ui.px
        facts = px(FACTS_WIDTH + 14) if self._beside and not self.large else 0
        width = dpg.get_item_rect_size("main")[0] - px(2 * MARGIN) - facts
        top = dpg.get_item_rect_min("film.picture")[1] + dpg.get_y_scroll("main")
        return width, dpg.get_viewport_client_height() - top - px(CONTROLS_HEIGHT)

    def _show_film(self, film: Film) -> None:
        self._film = film
        dpg.set_value("film.name", self.vm.title(film))
        with refill("film.facts.rows"):
            for key, value in self.vm.facts(film):
                with dpg.group() as pair:
                    text(self.ui, key, "small")
                    text(self.ui, value, wrap=self.ui.px(FACTS_WIDTH - 44) if self._beside else 0)
                self.ui.theme(pair, "tight")

    def _toggle(self) -> None:
        self.vm.player.toggle()

    def _skip(self, seconds: float) -> None:
        self.vm.player.seek(self.vm.player.position + seconds)

    def _resize(self) -> None:
        self.large = not self.large
        dpg.configure_item("film.facts", show=not self.large)
        dpg.set_item_label("film.large", icons.MINIMIZE if self.large else icons.MAXIMIZE)

    def _rename(self, name: str) -> None:
        if self.vm.playing is not None:
            self.vm.rename(self.vm.playing, name)

    def _with_film(self, do: object) -> None:
        if self.vm.playing is not None and callable(do):
            do(self.vm.playing)


def _rate_words(rate: float) -> str:
    return f"{rate:g}x"
