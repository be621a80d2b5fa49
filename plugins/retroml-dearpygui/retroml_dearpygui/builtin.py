"""What the app offers to itself, through its own hooks."""

from __future__ import annotations

from retroml_dearpygui.specs import PageSpec, ThemeSpec
from retroml_dearpygui.ui import icons

__all__ = ["PAGES", "THEMES"]

PAGES = (
    PageSpec(
        name="train",
        title="Train",
        summary="Pick a game, choose how long, press start.",
        icon=icons.GAMEPAD_2,
        factory="retroml_dearpygui.ui.pages.train:TrainPage",
        order=10,
    ),
)

THEMES = (
    ThemeSpec(name="dark", title="Dark", summary="Easy on the eyes at night.", factory="retroml_dearpygui.ui.palette:DARK"),
    ThemeSpec(name="light", title="Light", summary="For bright rooms.", factory="retroml_dearpygui.ui.palette:LIGHT"),
)
