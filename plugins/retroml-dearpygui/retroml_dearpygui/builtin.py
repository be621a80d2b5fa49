"""What the app offers to itself, through its own hooks."""

from __future__ import annotations

from retroml_dearpygui.specs import ActionSpec, Mode, PageSpec, ThemeSpec
from retroml_dearpygui.ui import icons

__all__ = ["ACTIONS", "PAGES", "THEMES"]


def _action(name: str, title: str, summary: str, icon: str, shortcut: str = "") -> ActionSpec:
    factory = f"retroml_dearpygui.actions:{name}"
    return ActionSpec(name=name, title=title, summary=summary, icon=icon, shortcut=shortcut, factory=factory)


PAGES = (
    PageSpec(
        name="train",
        title="Train",
        summary="Pick a game, choose how long, press start.",
        icon=icons.GAMEPAD_2,
        factory="retroml_dearpygui.ui.pages.train:TrainPage",
        order=10,
    ),
    PageSpec(
        name="watch",
        title="Watch",
        summary="See the agents at work, or travel to any moment of a training.",
        icon=icons.EYE,
        factory="retroml_dearpygui.ui.pages.watch:WatchPage",
        order=20,
    ),
    PageSpec(
        name="experiments",
        title="Experiments",
        summary="Every run you have made.",
        icon=icons.FLASK_CONICAL,
        factory="retroml_dearpygui.ui.pages.experiments:ExperimentsPage",
        order=30,
    ),
    PageSpec(
        name="videos",
        title="Videos",
        summary="Films of your agents, made from real play.",
        icon=icons.VIDEO,
        factory="retroml_dearpygui.ui.pages.videos:VideosPage",
        order=40,
    ),
    PageSpec(
        name="models",
        title="Models",
        summary="Trained agents to keep, compare, train on and give away.",
        icon=icons.SPARKLES,
        factory="retroml_dearpygui.ui.pages.models:ModelsPage",
        mode=Mode.STUDENT,
        order=50,
    ),
    PageSpec(
        name="settings",
        title="Settings",
        summary="Data, looks, messages, plugins.",
        icon=icons.SETTINGS,
        factory="retroml_dearpygui.ui.pages.settings:SettingsPage",
        order=90,
    ),
)

ACTIONS = (
    _action("start_training", "Start training", "As the Train page says.", icons.PLAY, "Ctrl+Enter"),
    _action("pause_run", "Pause", "Pause the run shown.", icons.PAUSE, "Ctrl+P"),
    _action("resume_run", "Resume", "Go on with the run shown.", icons.PLAY, "Ctrl+R"),
    _action("stop_run", "Stop", "Stop the run shown.", icons.CIRCLE_STOP),
    _action("other_theme", "Dark or light", "Change the look.", icons.MOON, "Ctrl+Shift+L"),
    _action("larger", "Larger", "Larger text and pictures.", icons.PLUS, "Ctrl+Plus"),
    _action("smaller", "Smaller", "Smaller text and pictures.", icons.MINUS, "Ctrl+Minus"),
    _action("next_mode", "Show more or less", "Hobbyist, Student, Research, Institution.", icons.GRADUATION_CAP, "Ctrl+M"),
    _action("tour", "Tour", "Train your first model, step by step.", icons.LIGHTBULB),
)

THEMES = (
    ThemeSpec(name="dark", title="Dark", summary="Easy on the eyes at night.", factory="retroml_dearpygui.ui.palette:DARK"),
    ThemeSpec(name="light", title="Light", summary="For bright rooms.", factory="retroml_dearpygui.ui.palette:LIGHT"),
)
