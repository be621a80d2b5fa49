"""All games as pictures, with a search field: a dialog to choose one from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, grid, refill, text, tooltip
from retroml_dearpygui.viewmodels.wording import short

if TYPE_CHECKING:
    from retroml_core.specs import GameSpec
    from retroml_dearpygui.ui.dialogs import Dialogs
    from retroml_dearpygui.ui.game_textures import GameTextures
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["Gallery", "about"]

WIDTH, HEIGHT = 1000, 620
MARGIN, OTHER, SCROLLBAR = 84, 190, 14
"""Left free beside the dialog, taken by all in it but the pictures, and by the bar that scrolls them."""
PICTURE, EDGE, GAP, LETTERS = (118, 130), 6, 14, 17


class Gallery:
    """The dialog `gallery`; a click on `gallery.game.<name>` takes the game, Enter in the search takes the first."""

    def __init__(
        self,
        ui: Ui,
        dialogs: Dialogs,
        textures: GameTextures,
        find: Callable[[str], Sequence[GameSpec]],
        choose: Callable[[str], None],
    ) -> None:
        self._ui = ui
        self._dialogs = dialogs
        self._textures = textures
        self._find = find
        self._choose = choose
        self._games: list[GameSpec] = []
        self._shown = -1
        self._across = 1

    def open(self) -> None:
        """Show the dialog with all games."""
        ui = self._ui
        # A small screen gets a smaller dialog, with fewer pictures side by side.
        room = (int(dpg.get_viewport_client_width() / ui.scale) or WIDTH) - MARGIN
        tall = (int(dpg.get_viewport_client_height() / ui.scale) or HEIGHT + OTHER) - OTHER
        width, height = min(WIDTH, room), min(HEIGHT, tall)
        self._across = max(1, (width - SCROLLBAR + GAP) // (PICTURE[0] + EDGE + GAP))
        with self._dialogs.window("gallery", width):
            with grid(ui, [1, -44]):
                text(ui, "Choose a game", "h2")
                button(ui, "", self._dialogs.close, "ghost", icon=icons.X, tag="gallery.close", tip="Close (Esc)")
            dpg.add_input_text(
                tag="gallery.search",
                hint=f"{icons.SEARCH}  Search",
                width=ui.px(420),
                callback=lambda _sender, words: self._fill(words),
            )
            with dpg.child_window(width=ui.px(width), height=ui.px(height), border=False, tag="gallery.list"):
                dpg.add_group(tag="gallery.games")
            ui.theme("gallery.list", "plain")
        self._fill("")
        dpg.focus_item("gallery.search")

    def take_first(self) -> None:
        """Take the first game that was found."""
        if self._games and dpg.get_value("gallery.search").strip():
            self._take(self._games[0].name)

    def tick(self) -> None:
        """Show pictures that became available; take the first game at Enter."""
        if not dpg.does_item_exist("gallery.games"):
            return
        if dpg.is_item_focused("gallery.search") and dpg.is_key_pressed(dpg.mvKey_Return):
            self.take_first()
            return
        if self._shown != self._textures.version:
            self._shown = self._textures.version
            for game in self._games:
                dpg.configure_item(f"gallery.game.{game.name}", texture_tag=self._textures.get(game.name))

    def _fill(self, words: str) -> None:
        if not dpg.does_item_exist("gallery.games"):  # Esc, which closes it, also empties the field
            return
        ui = self._ui
        self._games = list(self._find(words))
        self._shown = self._textures.version
        with refill("gallery.games"):
            if not self._games:
                text(ui, f"No game has {words!r} in its name or description.", tone="muted")
            for first in range(0, len(self._games), self._across):
                with dpg.group(horizontal=True, horizontal_spacing=ui.px(GAP)):
                    for game in self._games[first : first + self._across]:
                        self._picture(game)

    def _picture(self, game: GameSpec) -> None:
        ui = self._ui
        with dpg.group() as one:
            ui.theme(one, "tight")
            dpg.add_image_button(
                self._textures.get(game.name),
                width=ui.px(PICTURE[0]),
                height=ui.px(PICTURE[1]),
                tag=f"gallery.game.{game.name}",
                callback=lambda: self._take(game.name),
            )
            ui.theme(f"gallery.game.{game.name}", "picture")
            tooltip(ui, f"gallery.game.{game.name}", about(game), game.title)
            with dpg.group() as words:
                ui.theme(words, "tight")
                text(ui, short(game.title, LETTERS), "small")
                text(ui, game.difficulty or "not rated", "small", tone="faint", tag=f"gallery.game.{game.name}.difficulty")

    def _take(self, name: str) -> None:
        self._dialogs.close()
        self._choose(name)


def about(game: GameSpec) -> str:
    """What one does in a game, how many actions and lives there are, how hard it is, what people and chance score."""
    parts = [game.summary] if game.summary else []
    if game.actions:
        parts.append(f"{len(game.actions)} actions, {_lives(game.lives)}.")
    if game.difficulty:
        parts.append(f"Points are {game.difficulty} to come upon.")
    if game.human_score is not None and game.random_score is not None:
        parts.append(f"People score {game.human_score:,.0f} on average, random play {game.random_score:,.0f}.")
    return " ".join(parts)


def _lives(count: int) -> str:
    return {0: "no lives", 1: "one life"}.get(count, f"{count} lives")
