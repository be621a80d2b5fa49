"""The core's own plugin: what the core needs, it offers to itself through the hooks that everybody has."""

from __future__ import annotations

from collections.abc import Iterable

from retroml_core.builtin.configs import CatchConfig, LocalConfig, RandomConfig
from retroml_core.hookspecs import hookimpl
from retroml_core.specs import AlgorithmSpec, CommandSpec, EnvironmentSpec, GameSpec, LauncherSpec, StoreSpec

_COMMANDS = {
    "runs": ("Runs", "List the runs."),
    "show": ("Show a run", "Show a run: state, scores, settings, films."),
    "pause": ("Pause a run", "Pause a run; its state is saved and its device freed."),
    "resume": ("Resume a run", "Go on with a paused, stopped or interrupted run, exactly where its last checkpoint was."),
    "stop": ("Stop a run", "Stop a run; its state is saved first."),
    "checkpoint": ("Save a checkpoint", "Save the state of a running run now."),
    "continue": ("Train on", "Train on from a model or a checkpoint, as a new run."),
    "rerun": ("Repeat a run", "Start a new run with the config of another."),
    "delete": ("Delete runs", "Move runs to the trash, or empty it."),
    "restore": ("Take runs back", "Take runs and models back from the trash, or list what lies there."),
    "reindex": ("Rebuild the index", "Rebuild the index from the run folders."),
    "film": ("Make a film", "Make a film of a run."),
    "films": ("Films", "List the films of all runs, rename them, throw them away, take them back."),
    "models": ("Models", "List the models, save one, or throw one away."),
    "evaluate": ("Evaluate", "Let a model or a checkpoint play seeded games and print its scores."),
    "play": ("Play", "Let a model or a checkpoint play on and on at the pace of the game, for a viewer."),
    "verify": ("Verify a run", "Play and train a run again, and name the first thing that is not as recorded."),
    "export": ("Export runs", "Write runs into files for other tools."),
    "plugins": ("Plugins", "List the plugins and what is wrong with them."),
    "games": ("Games", "List the games."),
    "algorithms": ("Algorithms", "List the algorithms and their settings."),
    "doctor": ("Check the set-up", "Say whether this machine is ready, and what to do where it is not."),
    "help": ("Help", "Say what can be asked: the commands, the settings, the choices there are."),
    "config": ("Configs", "Export the config of a run, or check and use a config file."),
}

_FACTORIES = {
    "continue": "continuing:main",
    "restore": "delete:restore",
    **{verb: f"control_commands:{verb}" for verb in ("pause", "resume", "stop", "checkpoint")},
}
"""Commands that are not the `main` of a module of their name."""


@hookimpl
def retroml_algorithms() -> Iterable[AlgorithmSpec]:
    """The random agent."""
    return [
        AlgorithmSpec(
            name="random",
            title="Random",
            summary="Acts at random and learns nothing: the baseline every agent has to beat.",
            config=RandomConfig,
            factory="retroml_core.builtin.random_agent:build",
            family="baseline",
            traits=frozenset({"deterministic", "probabilities"}),
        )
    ]


@hookimpl
def retroml_environments() -> Iterable[EnvironmentSpec]:
    """Catch, written in numpy."""
    return [
        EnvironmentSpec(
            name="catch",
            title="Catch",
            summary="A tiny game for tests and first steps: catch what falls.",
            config=CatchConfig,
            factory="retroml_core.builtin.catch:make",
            no_tape="Catch is too small to be worth a film",
        )
    ]


@hookimpl
def retroml_games() -> Iterable[GameSpec]:
    """Catch."""
    return [
        GameSpec(
            name="catch",
            title="Catch",
            summary="Move the paddle under the falling ball.",
            environment="catch",
            actions=("NOOP", "LEFT", "RIGHT"),
        )
    ]


@hookimpl
def retroml_launchers() -> Iterable[LauncherSpec]:
    """A process on this machine."""
    return [
        LauncherSpec(
            name="local",
            title="This machine",
            summary="Start the process of a run on this machine.",
            config=LocalConfig,
            factory="retroml_core.runs.launching:build_local",
        )
    ]


@hookimpl
def retroml_stores() -> Iterable[StoreSpec]:
    """SQLite."""
    return [
        StoreSpec(
            name="sqlite",
            title="SQLite",
            summary="One file under the data root.",
            factory="retroml_core.index.store:open_store",
            schemes=("sqlite",),
        )
    ]


@hookimpl
def retroml_commands() -> Iterable[CommandSpec]:
    """The commands of the core."""
    return [
        CommandSpec(
            name=name,
            title=title,
            summary=summary,
            factory=f"retroml_core.commands.{_FACTORIES.get(name, f'{name}:main')}",
        )
        for name, (title, summary) in _COMMANDS.items()
    ]
