"""`PluginManager`: a typed method for what every hook of the core is for, so that nobody calls pluggy directly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from retroml_core.plugins.base import Failure, PluginBase, PluginInfo
from retroml_core.plugins.spec_checks import fault_of, missing_module
from retroml_core.specs import Problem, Severity, Spec

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.events import RunOutcome
    from retroml_core.films.film import Film
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig

__all__ = ["Failure", "PluginInfo", "PluginManager"]

S = TypeVar("S", bound=Spec)


class PluginManager(PluginBase):
    """The plugins of one app. With `discover` installed ones are loaded, with `safe` only first-party ones among them.

    The core's own plugin, `builtin`, is always there. Used from one thread.
    """

    def __init__(self, discover: bool = True, safe: bool = False) -> None:
        self._app: App | None = None
        self._silent: set[tuple[str, str]] = set()
        self._offered: dict[tuple[str, str], tuple[str, Spec]] = {}
        super().__init__(discover=discover, safe=safe)

    def register(self, plugin: object, name: str) -> bool:
        """Add a plugin; whether it could be added. One that comes after `startup` is started at once."""
        added = super().register(plugin, name)
        if added and self._app is not None:
            self._start(self._app, only=name)
        return added

    # --- start --------------------------------------------------------------------------------------------------------

    def startup(self, app: App) -> None:
        """Tell every plugin, now and later, that the app starts; one that fails is dropped."""
        self._app = app
        self._start(app)

    def _start(self, app: App, only: str = "") -> None:
        for implementation in self.implementations("retroml_startup"):
            if only in ("", implementation.plugin_name):
                try:
                    self.call(implementation, "retroml_startup", {"app": app})
                except Exception as error:  # noqa: BLE001  # whatever a plugin raises
                    self.drop(implementation.plugin_name, "failed in retroml_startup", error)

    def shutdown(self, app: App) -> None:
        """Tell every plugin that the app ends."""
        for _ in self.each("retroml_shutdown", app=app):
            pass

    def config_packages(self) -> list[tuple[str, str]]:
        """The packages with YAML files, as (plugin, package)."""
        found = []
        for plugin, package in self.each("retroml_config_package"):
            if isinstance(package, str):
                found.append((plugin, package))
            else:
                self.report(plugin, f"returned {package!r:.60} from retroml_config_package, not the name of a package")
        return found

    def plugins(self) -> list[PluginInfo]:
        """Every plugin found, after a look at all that they offer, also through hooks of their own."""
        for _ in self.each("retroml_plugins_listed", plugins=self):
            pass
        for (word, name), (plugin, spec) in self._offered.items():
            if module := missing_module(spec):
                self.report(plugin, f"offers {word} {name!r}, but there is no module {module}")
        return super().plugins()

    # --- offers -------------------------------------------------------------------------------------------------------

    def offers(self, hook: str, kind: type[S], **arguments: Any) -> list[tuple[str, S]]:
        """What plugins return from `hook`, also one that a plugin declared, as (plugin, spec); empty when nobody did.

        A spec with a fault or a name already taken is left out and reported.
        """
        return list(self._read_offers(hook, kind, arguments)) if hasattr(self.manager.hook, hook) else []

    def _read_offers(self, hook: str, kind: type[S], arguments: dict[str, Any]) -> Iterator[tuple[str, S]]:
        word, taken = kind.__name__.removesuffix("Spec").lower(), dict[str, str]()
        for plugin, offers in self.each(hook, **arguments):
            if not isinstance(offers, (list, tuple)):
                self.report(plugin, f"returned {offers!r:.60} from {hook}, not an iterable of {kind.__name__}")
                continue
            for offer in offers:
                if not isinstance(offer, kind):
                    self.report(plugin, f"offers {offer!r:.60} in {hook}, which is not a {kind.__name__}")
                elif fault := fault_of(offer):
                    self.report(plugin, f"offers {word} {offer.name!r}, which is left out: {fault}")
                elif offer.name in taken:
                    self.report(plugin, f"offers {word} {offer.name!r}, which {taken[offer.name]} already does")
                else:
                    taken[offer.name] = plugin
                    self._offered[word, offer.name] = plugin, offer
                    yield plugin, offer

    # --- decisions ----------------------------------------------------------------------------------------------------

    def check_config(self, config: ExperimentConfig) -> list[Problem]:
        """What plugins find wrong with `config`; a plugin that cannot say counts as a warning."""
        problems: list[Problem] = []
        for implementation in self.implementations("retroml_check_config"):
            name = implementation.plugin_name
            try:
                arguments = {"app": self._app, "config": config}
                found = list(self.call(implementation, "retroml_check_config", arguments) or ())
            except Exception as error:  # noqa: BLE001  # whatever a plugin raises
                self.report(name, "failed in retroml_check_config", error)
                problems.append(
                    Problem(key="plugins", value=name, message="could not check this config", severity=Severity.WARNING)
                )
            else:
                problems += [problem for problem in found if self._is_problem(name, problem)]
        return problems

    def _is_problem(self, plugin: str, found: object) -> bool:
        if not isinstance(found, Problem):
            self.report(plugin, f"returned {found!r:.60} in retroml_check_config, which is not a Problem")
        return isinstance(found, Problem)

    def refuse_run(self, app: App, config: ExperimentConfig) -> str | None:
        """The first reason why this run may not start, with the plugin that gives it, or None.

        A plugin that fails to answer refuses, since what guards a quota or a licence must not be passed by breaking it.
        """
        arguments = {"app": app, "config": config}
        for implementation in reversed(getattr(self.manager.hook, "retroml_refuse_run").get_hookimpls()):  # noqa: B009  # pluggy
            name = implementation.plugin_name
            try:
                reason = self.call(implementation, "retroml_refuse_run", arguments)
            except Exception as error:  # noqa: BLE001  # whatever a plugin raises
                self.report(name, "failed in retroml_refuse_run", error)
                return f"plugin {name} could not decide whether it may start ({error}); {self.how_to_disable(name)}"
            if reason is not None:
                return f"plugin {name} refuses this run: {reason}"
        return None

    def data_root(self, app_name: str) -> str | None:
        """The folder for all data that a plugin wants, or None."""
        return self._first("retroml_data_root", app_name=app_name)

    def name_film(self, run: Run, renderer: str) -> str | None:
        """The name a plugin gives to a film of `run`, or None."""
        return self._first("retroml_name_film", run=run, renderer=renderer)

    def _first(self, hook: str, **arguments: Any) -> str | None:
        """The first answer, the plugin registered last being asked first, so that others pre-empt the core."""
        for implementation in reversed(getattr(self.manager.hook, hook).get_hookimpls()):
            try:
                answer = self.call(implementation, hook, arguments)
            except Exception as error:  # noqa: BLE001  # whatever a plugin raises
                self.report(implementation.plugin_name, f"failed in {hook}", error)
                continue
            if isinstance(answer, str):
                return answer
            if answer is not None:
                self.report(implementation.plugin_name, f"returned {answer!r:.60} from {hook}, not a string")
        return None

    # --- moments ------------------------------------------------------------------------------------------------------

    def run_started(self, run: Run) -> None:
        """An attempt of `run` begins."""
        self._tell("retroml_run_started", run)

    def checkpoint_saved(self, run: Run, checkpoint: Checkpoint) -> None:
        """A checkpoint of `run` is complete on disk."""
        self._tell("retroml_checkpoint_saved", run, checkpoint=checkpoint)

    def film_saved(self, run: Run, film: Film) -> None:
        """A film of `run` is complete under its final name."""
        self._tell("retroml_film_saved", run, film=film)

    def run_finished(self, run: Run, outcome: RunOutcome) -> None:
        """An attempt of `run` ended."""
        self._tell("retroml_run_finished", run, outcome=outcome)

    def _tell(self, hook: str, run: Run, **arguments: Any) -> None:
        """Call every plugin; one that fails is reported and hears no more of this run."""
        for implementation in self.implementations(hook):
            name = implementation.plugin_name
            if (name, run.id) in self._silent:
                continue
            try:
                self.call(implementation, hook, {"run": run, **arguments})
            except Exception as error:  # noqa: BLE001  # whatever a plugin raises
                self._silent.add((name, run.id))
                self.report(name, f"failed in {hook} of run {run.id} and hears no more of it", error)
