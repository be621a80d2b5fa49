"""Pictures of games as textures: a placeholder until the picture is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retroml_dearpygui.services.game_pictures import HEIGHT, WIDTH, GamePictures
from retroml_dearpygui.ui.widgets.pictures import Pictures
from retroml_dearpygui.viewmodels.train_choices import ordered_games

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["GameTextures", "game_textures"]

LOOK_SECONDS = 1.0


class GameTextures:
    """Gives the texture of a game, at once. `version` rises when pictures became available since."""

    def __init__(self, desk: Desk, games: Iterable[str]) -> None:
        self.version = 0
        self._games = list(games)
        self._textures = Pictures(limit=max(140, len(self._games) + 8))
        self._source = GamePictures(desk.app.root.cache / "games")
        self._missing: set[str] = set()
        self._rest = 0.0
        self._desk = desk
        desk.background(lambda: self._source.make(self._games), failed=lambda _: None)

    def get(self, game: str) -> int | str:
        """The texture of `game`."""
        found = self._textures.get(game)
        if found is not None:
            return found
        pixels = self._source.read(game)
        if pixels is not None:
            return self._textures.put(game, pixels)
        self._missing.add(game)
        blank = self._textures.get("")
        return blank if blank is not None else self._textures.put("", _blank())

    def tick(self, dt: float) -> None:
        """Look from time to time whether a missing picture is there by now."""
        self._textures.tick()
        self._rest -= dt
        if self._missing and self._rest <= 0:
            self._rest = LOOK_SECONDS
            there = {game for game in self._missing if (self._source.folder / f"{game}.rgb").exists()}
            if there:
                self._missing -= there
                self.version += 1


def game_textures(desk: Desk, ui: Ui) -> GameTextures:
    """Those of the window, one for all pages; the games people know are drawn first."""
    return ui.keep("games", lambda: GameTextures(desk, [game.name for game in ordered_games(desk.app.registry.games)]))


def _blank() -> NDArray[np.uint8]:
    """A quiet pattern of the same size."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    shade = 34 + 8 * ((rows // 30 + columns // 32) % 2)
    return np.repeat(shade[:, :, None], 3, axis=2).astype(np.uint8)
