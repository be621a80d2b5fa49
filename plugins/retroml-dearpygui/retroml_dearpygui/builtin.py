"""What the app offers to itself, through its own hooks."""

from __future__ import annotations

from retroml_dearpygui.specs import ActionSpec, Mode, PageSpec, ThemeSpec, TopicSpec
from retroml_dearpygui.ui import icons

__all__ = ["ACTIONS", "PAGES", "THEMES", "TOPICS"]


def _action(name: str, title: str, summary: str, icon: str, shortcut: str = "", *, early: bool = False) -> ActionSpec:
    factory = f"retroml_dearpygui.actions:{name}"
    return ActionSpec(name=name, title=title, summary=summary, icon=icon, shortcut=shortcut, factory=factory, early=early)


PAGES = (
    PageSpec(
        name="train",
        title="Train",
        summary="Pick a game, choose how long, press start.",
        icon=icons.GAMEPAD_2,
        factory="retroml_dearpygui.ui.pages.train:TrainPage",
        order=10,
        help="first_training",
    ),
    PageSpec(
        name="watch",
        title="Watch",
        summary="See the agents at work, or travel to any moment of a training.",
        icon=icons.EYE,
        factory="retroml_dearpygui.ui.pages.watch:WatchPage",
        order=20,
        help="watching",
    ),
    PageSpec(
        name="experiments",
        title="Experiments",
        summary="Every run you have made. Tick some to compare, film, export or delete them.",
        icon=icons.FLASK_CONICAL,
        factory="retroml_dearpygui.ui.pages.experiments:ExperimentsPage",
        order=30,
        help="runs",
    ),
    PageSpec(
        name="videos",
        title="Videos",
        summary="Films of your agents, made from real play.",
        icon=icons.VIDEO,
        factory="retroml_dearpygui.ui.pages.videos:VideosPage",
        order=40,
        help="films",
    ),
    PageSpec(
        name="models",
        title="Models",
        summary="Trained agents to keep, compare, train on and give away.",
        icon=icons.SPARKLES,
        factory="retroml_dearpygui.ui.pages.models:ModelsPage",
        mode=Mode.STUDENT,
        order=50,
        help="models",
    ),
    PageSpec(
        name="settings",
        title="Settings",
        summary="Data, looks, messages, plugins.",
        icon=icons.SETTINGS,
        factory="retroml_dearpygui.ui.pages.settings:SettingsPage",
        order=90,
        help="files",
    ),
    PageSpec(
        name="setup",
        title="Set-up",
        summary="What is installed here, and how this machine stands.",
        icon=icons.SERVER,
        factory="retroml_dearpygui.ui.pages.set_up:SetUpPage",
        mode=Mode.STUDENT,
        order=92,
        help="troubleshooting",
        early=True,
    ),
    PageSpec(
        name="help",
        title="Help",
        summary="How things work here, in a few words each.",
        icon=icons.CIRCLE_QUESTION_MARK,
        factory="retroml_dearpygui.ui.pages.help:HelpPage",
        order=95,
        early=True,
    ),
)

ACTIONS = (
    _action("start_training", "Start training", "As the Train page says.", icons.PLAY, "Ctrl+Enter"),
    _action("pause_run", "Pause", "Pause the run shown.", icons.PAUSE, "Ctrl+P"),
    _action("resume_run", "Resume", "Go on with the run shown.", icons.PLAY, "Ctrl+R"),
    _action("stop_run", "Stop", "Stop the run shown.", icons.CIRCLE_STOP),
    _action("other_theme", "Dark or light", "Change the look.", icons.MOON, "Ctrl+Shift+L", early=True),
    _action("larger", "Larger", "Larger text and pictures.", icons.PLUS, "Ctrl+Plus", early=True),
    _action("smaller", "Smaller", "Smaller text and pictures.", icons.MINUS, "Ctrl+Minus", early=True),
    _action("next_mode", "Show more or less", "Hobbyist, Student, Research, Institution.", icons.GRADUATION_CAP, "Ctrl+M"),
    _action("undo", "Undo", "Take back what was deleted or reset last.", icons.ROTATE_CCW, "Ctrl+Z"),
    _action("show_help", "Help", "About what is shown.", icons.CIRCLE_QUESTION_MARK, "F1", early=True),
    _action("tour", "Tour", "Train your first model, step by step.", icons.LIGHTBULB),
)

THEMES = (
    ThemeSpec(name="dark", title="Dark", summary="Easy on the eyes at night.", factory="retroml_dearpygui.ui.palette:DARK"),
    ThemeSpec(name="light", title="Light", summary="For bright rooms.", factory="retroml_dearpygui.ui.palette:LIGHT"),
)


def _topic(
    name: str, title: str, summary: str, icon: str, order: int, mode: Mode = Mode.HOBBYIST, source: str = ""
) -> TopicSpec:
    source = source or f"retroml_dearpygui:help/{name}.md"
    return TopicSpec(name=name, title=title, summary=summary, icon=icon, source=source, order=order, mode=mode)


TOPICS = (
    _topic("first_training", "Your first training", "Pick a game, say how long, press Start.", icons.GAMEPAD_2, 10),
    _topic("watching", "Watching, and time travel", "See the agents now, or at any moment before.", icons.EYE, 20),
    _topic("films", "Films", "How they are made, played and shared.", icons.FILM, 30),
    _topic("numbers", "What the numbers mean", "Score, steps, frames, episodes, curves.", icons.CHART_LINE, 40),
    _topic("pausing", "Pausing and resuming", "What goes on, what stops, what is never lost.", icons.PAUSE, 50),
    _topic("runs", "Your trainings", "Find, compare, repeat, export and delete them.", icons.FLASK_CONICAL, 60),
    _topic("models", "Models", "Agents to keep, test, train on and give away.", icons.SPARKLES, 70, Mode.STUDENT),
    _topic("files", "Where your files lie", "The data folder, what is in it, making room.", icons.FOLDER, 80),
    _topic(
        "hyperparameters", "Hyperparameters", "Every setting: what it is, what higher and lower do.", icons.SLIDERS_HORIZONTAL,
        90, Mode.STUDENT, "retroml_dearpygui.services.help_pages:hyperparameters",
    ),
    _topic("reproducibility", "Repeating a training", "Seeds, and what repeats bit for bit.", icons.REPEAT, 100, Mode.STUDENT),
    _topic(
        "keyboard", "Keyboard", "Every key and what it does.", icons.KEYBOARD, 110,
        source="retroml_dearpygui.services.help_pages:keyboard",
    ),
    _topic(
        "troubleshooting", "When something is wrong", "This machine, and what helps.", icons.TRIANGLE_ALERT, 120,
        source="retroml_dearpygui.services.help_pages:troubleshooting",
    ),
)  # fmt: skip
