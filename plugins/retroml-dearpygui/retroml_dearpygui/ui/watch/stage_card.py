"""The picture: all agents at work, one of them large, or a moment of the past; and the slider that travels in time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts
from retroml_dearpygui.services.mosaic import arrange, mosaic
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.watch.film_row import FilmRow
from retroml_dearpygui.ui.widgets.basic import button, card, cell, grid, pill, row, text, tooltip
from retroml_dearpygui.ui.widgets.screen import HEIGHT, WIDTH, Screen, enlarged
from retroml_dearpygui.viewmodels.watch import SPEEDS
from retroml_dearpygui.viewmodels.wording import million, score, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retroml_core.live import LiveFrames
    from retroml_dearpygui.services.mosaic import Arrangement
    from retroml_dearpygui.services.time_machine import Scene
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

__all__ = ["StageCard"]

LEAST_HEIGHT, AROUND, WORDS, LETTERS = 320, 232, 420, 44
"""The picture takes what the window leaves it besides title, slider and buttons, at least so much."""
ALL = "All agents"


class StageCard:
    """Draws a `WatchViewModel`: tags `watch.stage`, `watch.screen`, `watch.slider` and those of the buttons."""

    def __init__(self, ui: Ui, model: WatchViewModel) -> None:
        self._ui = ui
        self._model = model
        self._screen = Screen(ui, "watch.screen")
        self._film = FilmRow(ui, model)
        self._cells: Arrangement | None = None
        self._count = 0
        self._height = 0
        self._fitted = (0.0, 0.0)

    def build(self) -> None:
        """Make the card."""
        ui, model = self._ui, self._model
        self._count = self._height = 0
        with card(ui, tag="watch.stage"):
            with grid(ui, [1, -190]):
                with cell() as head:
                    ui.theme(head, "tight")
                    with row(ui, 8) as line:
                        ui.theme(line, "pills")
                        text(ui, "", "h2", tag="watch.title")
                        pill(ui, "", tag="watch.state")
                    text(ui, "", "small", tag="watch.words", wrap=0)
                with row(ui, 4):
                    dpg.add_combo(
                        [ALL], default_value=ALL, width=ui.px(132), tag="watch.agent", show=False,
                        callback=lambda _sender, words: model.enlarge(None if words == ALL else int(words.split()[-1]) - 1),
                    )  # fmt: skip
                    button(
                        ui, "", lambda: model.enlarge(None), "ghost", icon=icons.GRID_3X3, tip=ALL, tag="watch.all", show=False
                    )
            with dpg.child_window(height=ui.px(LEAST_HEIGHT), width=-1, border=False, no_scrollbar=True, tag="watch.room"):
                ui.theme("watch.room", "plain")
                self._screen.build()
                with dpg.group(tag="watch.nothing"):
                    text(ui, "", tone="muted", tag="watch.empty", wrap=ui.px(WORDS))
                    button(
                        ui, "Train an agent", lambda: model.desk.go("train"), "primary",
                        icon=icons.PLAY, tag="watch.first", show=False,
                    )  # fmt: skip
                    button(
                        ui, "Show its last game", lambda: model.travel_share(1.0), "primary",
                        icon=icons.PLAY, tag="watch.last", show=False,
                    )  # fmt: skip
            with grid(ui, [-92, 1, -76], tag="watch.time"):
                button(ui, "Now", model.back_to_now, icon=icons.ZAP, tag="watch.now", width=ui.px(84))
                dpg.add_slider_float(
                    tag="watch.slider",
                    width=-1,
                    max_value=1.0,
                    default_value=1.0,
                    format="",
                    no_input=True,
                    callback=lambda _sender, share: model.travel_share(share),
                )
                text(ui, "", "small", tag="watch.at")
            tooltip(
                ui, "watch.slider", "Drag to any moment of the training: real play, re-simulated from the tape.", "Time travel"
            )
            with row(ui, 8, tag="watch.player", show=False):
                button(ui, "Hold", model.toggle, icon=icons.PAUSE, tag="watch.toggle", width=ui.px(96))
                speeds = {f"{speed:g}×": speed for speed in SPEEDS}
                dpg.add_combo(
                    list(speeds),
                    default_value=f"{model.speed:g}×",
                    width=ui.px(80),
                    tag="watch.speed",
                    callback=lambda _sender, chosen: model.set_speed(speeds[chosen]),
                )
            self._film.build()

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """The keys that play the past, and those that lead back from it or from an enlarged agent."""
        model = self._model
        if model.travelling:
            return {
                shortcuts.HOLD: model.toggle,
                shortcuts.REWIND: partial(model.skip, -shortcuts.SKIP_SECONDS),
                shortcuts.ON: partial(model.skip, shortcuts.SKIP_SECONDS),
                shortcuts.CLOSE: model.back_to_now,
            }
        return {shortcuts.CLOSE: partial(model.enlarge, None)} if model.agent is not None else {}

    def tick(self) -> None:
        """Once a frame: as large as the window allows."""
        top = dpg.get_item_rect_min("watch.title")[1] + dpg.get_y_scroll("main")  # the room itself cannot tell where it is
        height = max(self._ui.px(LEAST_HEIGHT), int(dpg.get_viewport_client_height() - top - self._ui.px(AROUND)))
        if top > 0 and height != self._height:
            self._height = height
            dpg.configure_item("watch.room", height=height)
        room = self._room()
        if self._fitted != room:
            self._fitted = room
            self.show()
        if dpg.is_item_shown("watch.nothing"):
            taken = dpg.get_item_rect_size("watch.nothing")
            places = [max(0, int((space - size) / 2)) for space, size in zip(room, taken, strict=True)]
            dpg.set_item_pos("watch.nothing", places)
            for tag in ("watch.first", "watch.last"):  # in the middle beneath the words
                dpg.configure_item(tag, indent=max(0, int((taken[0] - dpg.get_item_rect_size(tag)[0]) / 2)))

    def click(self) -> None:
        """The mouse was clicked: on a picture of the live view it enlarges that agent, on an enlarged one it goes back."""
        if self._model.travelling or not dpg.is_item_hovered("watch.screen") or self._model.frames is None:
            return
        if self._model.agent is not None:
            self._model.enlarge(None)
            return
        left, top = dpg.get_item_rect_min("watch.screen")
        width, height = dpg.get_item_rect_size("watch.screen")
        x, y = dpg.get_mouse_pos(local=False)
        number = self._cells.cell_at((x - left) / width, (y - top) / height) if self._cells else None
        if number is not None and number < len(self._model.frames.frames):
            self._model.enlarge(number)

    def show(self) -> None:
        """Bring it up to date."""
        model = self._model
        shown = model.runs.card
        dpg.configure_item("watch.state", show=shown is not None)
        dpg.configure_item("watch.first", show=shown is None)
        dpg.configure_item("watch.time", show=shown is not None)
        dpg.configure_item("watch.player", show=model.travelling)
        self._film.show()
        self._show_agents()
        dpg.configure_item("watch.now", enabled=model.travelling)
        dpg.set_item_label("watch.toggle", f"{icons.PAUSE}  Hold" if model.playing else f"{icons.PLAY}  Play")
        if shown is None:
            dpg.set_value("watch.title", "")
            self._nothing("Nothing was trained yet. Start a training, then watch it learn here.")
            return
        words = model.runs.words(shown)
        dpg.set_value("watch.title", short(model.runs.title(shown), LETTERS))
        dpg.set_item_label("watch.state", "Then" if model.travelling else words.words)
        self._ui.theme("watch.state", "pill_accent" if model.travelling else f"pill_{words.role}")
        self._show_slider(shown.status.step)
        if model.travelling:
            self._show_scene(model.scene)
        else:
            self._show_live(model.frames)

    def _show_agents(self) -> None:
        frames = None if self._model.travelling else self._model.frames
        count, agent = len(frames.frames) if frames is not None else 0, self._model.agent
        dpg.configure_item("watch.agent", show=count > 1)
        if count != self._count:
            self._count = count
            dpg.configure_item("watch.agent", items=[ALL, *(f"Agent {number + 1}" for number in range(count))])
        dpg.configure_item("watch.all", show=count > 1 and agent is not None)
        dpg.set_value("watch.agent", ALL if agent is None else f"Agent {agent + 1}")

    def _show_slider(self, steps: int) -> None:
        moment = self._model.moment
        if not dpg.is_item_active("watch.slider"):
            dpg.set_value("watch.slider", 1.0 if moment is None else moment / max(1, steps))
        dpg.set_value("watch.at", million(steps if moment is None else moment))

    def _room(self) -> tuple[float, float]:
        width, height = dpg.get_item_rect_size("watch.room")
        return max(100.0, width), max(100.0, height)

    def _show_scene(self, scene: Scene | None) -> None:
        if scene is None:
            dpg.set_value("watch.words", "looking it up …")
            dpg.configure_item("watch.last", show=False)
            return
        if scene.pixels is None:
            self._nothing(scene.problem)
            dpg.set_value("watch.words", "")
            return
        dpg.configure_item("watch.nothing", show=False)
        self._screen.put(enlarged(scene.pixels), self._room())
        points = f"{score(scene.score)} of {score(scene.final_score)} points"
        dpg.set_value("watch.words", f"step {million(scene.step)} · game {scene.episode:,} · {points}")

    def _show_live(self, frames: LiveFrames | None) -> None:
        model, shown = self._model, self._model.runs.card
        if frames is None:
            played = shown is not None and shown.status.step > 0
            past = "Drag the slider below to see how it played at any moment." if played else "It has not played yet."
            self._nothing("Waiting for the agents to be seen …" if model.live else past, last=played and not model.live)
            dpg.set_value("watch.words", "")
            return
        dpg.configure_item("watch.nothing", show=False)
        count, height, width = frames.frames.shape
        if model.agent is None:
            self._cells = arrange(count, height, width, (HEIGHT, WIDTH))
            self._screen.put(mosaic(frames.frames, self._cells), self._room())
            dpg.set_value("watch.words", f"{count} agents at step {million(frames.step)}; click one to enlarge it")
            return
        self._screen.put(enlarged(frames.frames[model.agent]), self._room())
        points = f" · {score(float(frames.scores[model.agent]))} points" if frames.scores is not None else ""
        dpg.set_value("watch.words", f"agent {model.agent + 1} of {count} at step {million(frames.step)}{points}")

    def _nothing(self, words: str, *, last: bool = False) -> None:
        """Say in the middle why there is no picture, and offer the `last` game where there is one."""
        self._screen.hide()
        dpg.configure_item("watch.nothing", show=True)
        dpg.configure_item("watch.last", show=last)
        dpg.set_value("watch.empty", words)
