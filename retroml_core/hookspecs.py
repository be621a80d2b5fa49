"""Every hook of Retro ML, grouped by when it is called. The hook reference in docs/ is made from this file.

Write a hook as a function of the same name marked with `retroml_core.hookimpl`, naming only the arguments you want.

start      called once, while the app starts
offers     return an iterable of frozen specs; called once; must be light (no torch)
decisions  asked before something happens
moments    told after something happened; return nothing

No hook is called while a step is taken: what must see every update is a metric (`retroml_metrics`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_core.app import App
    from retroml_core.events import RunOutcome
    from retroml_core.films.film import Film
    from retroml_core.plugins.manager import PluginManager
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig
    from retroml_core.specs import (
        AlgorithmSpec,
        CommandSpec,
        EnvironmentSpec,
        ExporterSpec,
        GameSpec,
        LauncherSpec,
        MetricSpec,
        Problem,
        RendererSpec,
        StoreSpec,
    )

PROJECT = "retroml"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


# --- start ------------------------------------------------------------------------------------------------------------


@hookspec(historic=True)
def retroml_add_hooks(manager: pluggy.PluginManager) -> None:
    """Declare further hooks with `manager.add_hookspecs(module_or_class)`.

    A front end declares the hooks of its own panels and pages so. Historic: a plugin that arrives later is still called.
    """


@hookspec(historic=True)
def retroml_startup(app: App) -> None:
    """Called once the plugins are loaded. Historic: a plugin that arrives later is still called."""


@hookspec
def retroml_shutdown(app: App) -> None:
    """Called once before the app ends; release what `retroml_startup` took."""


@hookspec
def retroml_config_package() -> str:  # type: ignore[empty-body]  # a specification has no body
    """Return the package that holds this plugin's Hydra YAML files, such as `"retroml_example.conf"`.

    Its folders are config groups: `conf/algorithm/mine_fast.yaml` makes `algorithm=mine_fast` work, `conf/experiment/x.yaml`
    makes `+experiment=x` work. A file may not have the name of a schema or of a file that the core ships.
    """


# --- offers -----------------------------------------------------------------------------------------------------------


@hookspec
def retroml_algorithms() -> Iterable[AlgorithmSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the algorithms of this plugin."""


@hookspec
def retroml_games() -> Iterable[GameSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the games of this plugin; each names the environment that plays it."""


@hookspec
def retroml_environments() -> Iterable[EnvironmentSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the kinds of environment of this plugin."""


@hookspec
def retroml_metrics() -> Iterable[MetricSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the metrics of this plugin; those a config names in `metrics` are computed while training."""


@hookspec
def retroml_exporters() -> Iterable[ExporterSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the exporters of this plugin: `retroml export ID --format <name>`, and live ones in a config's `exporters`."""


@hookspec
def retroml_video_renderers() -> Iterable[RendererSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the film renderers of this plugin: `retroml film ID --renderer <name>`."""


@hookspec
def retroml_launchers() -> Iterable[LauncherSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return ways to start the process of a run (a cluster, a queue). The core offers the local one."""


@hookspec
def retroml_stores() -> Iterable[StoreSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return databases that can hold the index. The core offers SQLite."""


@hookspec
def retroml_commands() -> Iterable[CommandSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return commands: `retroml <name> ...`. Front ends are commands."""


# --- decisions --------------------------------------------------------------------------------------------------------


@hookspec
def retroml_check_config(app: App, config: ExperimentConfig) -> Iterable[Problem]:  # type: ignore[empty-body]  # no body
    """Return what is wrong with `config` beyond ranges. The answers of all plugins are collected and shown together."""


@hookspec(firstresult=True)
def retroml_refuse_run(app: App, config: ExperimentConfig) -> str | None:
    """Return why this run may not start (a quota, a licence, a permission), or None. Stops at the first reason."""


@hookspec(firstresult=True)
def retroml_data_root(app_name: str) -> str | None:
    """Return the folder for all data, or None to leave it to the next. `RETROML_HOME` wins over every plugin."""


@hookspec(firstresult=True)
def retroml_name_film(run: Run, renderer: str) -> str | None:
    """Return the file name, without suffix, of a film of `run`, or None to leave it to the next."""


# --- moments ----------------------------------------------------------------------------------------------------------


@hookspec
def retroml_plugins_listed(plugins: PluginManager) -> None:
    """The plugins are being listed with their faults: ask the hooks that you declared, with `plugins.offers`."""


@hookspec
def retroml_run_started(run: Run) -> None:
    """An attempt of `run` begins, in the process that trains it."""


@hookspec
def retroml_checkpoint_saved(run: Run, checkpoint: Checkpoint) -> None:
    """A checkpoint is complete on disk."""


@hookspec
def retroml_film_saved(run: Run, film: Film) -> None:
    """A film is complete under its final name."""


@hookspec
def retroml_run_finished(run: Run, outcome: RunOutcome) -> None:
    """An attempt of `run` ended, also when it was stopped or failed: `outcome` says which."""
