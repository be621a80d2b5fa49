"""Loading and calling plugins so that a broken one is reported and left out, while the others go on.

pluggy checks the hooks against their specifications; the calls are made here, one plugin at a time, each in its own `try`.
This is isolation of faults, not of malice: a plugin runs with all the rights of the app.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pluggy

from retroml_core import hookspecs
from retroml_core.plugins.discovery import CORE, DISABLE_VARIABLE, core_version, disabled, find_plugins
from retroml_core.plugins.suggestions import nearest

if TYPE_CHECKING:
    from pluggy import HookCaller, HookImpl

__all__ = ["TRACE_VARIABLE", "Failure", "PluginBase", "PluginInfo"]

BUILTIN = "builtin"
TRACE_VARIABLE = "RETROML_TRACE_HOOKS"


@dataclass(frozen=True)
class Failure:
    """What went wrong with a plugin: its name, its distribution with version, the fault in words and its cause."""

    plugin: str
    distribution: str
    what: str
    error: Exception | None = None

    def __str__(self) -> str:
        cause = f": {type(self.error).__name__}: {self.error}" if self.error else ""
        return " ".join(f"plugin {self.plugin} ({self.distribution}) {self.what}{cause}".split())


@dataclass(frozen=True)
class PluginInfo:
    """A plugin as lists show it. `hooks` are those it implements; `enabled` is false when it was switched off or left out."""

    name: str
    distribution: str
    version: str
    hooks: tuple[str, ...]
    enabled: bool
    failures: tuple[Failure, ...]


class PluginBase:
    """The plugins of one app: registration, faults, and calls plugin by plugin. `failures` holds what went wrong."""

    def __init__(self, *, discover: bool = True, safe: bool = False) -> None:
        self.failures: list[Failure] = []
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.manager.hook.retroml_add_hooks.call_historic(kwargs={"manager": self.manager})
        self._versions: dict[str, tuple[str, str]] = {}
        self._hooks: dict[str, tuple[str, ...]] = {}
        self._trace = os.environ.get(TRACE_VARIABLE, "") not in ("", "0")
        self._register_builtin()
        if discover:
            self._discover(safe)

    # --- registration -------------------------------------------------------------------------------------------------

    def register(self, plugin: object, name: str) -> bool:
        """Add a plugin; whether it could be added. What is wrong with it is in `failures`."""
        added = self._add(plugin, name)
        self._drop_unknown_hooks()
        return added and self.manager.has_plugin(name)

    def _register_builtin(self) -> None:
        from retroml_core import builtin

        self._versions[BUILTIN] = (CORE, core_version())
        self._add(builtin, BUILTIN)

    def _discover(self, safe: bool) -> None:
        off = disabled()
        for candidate in find_plugins(safe=safe):
            if candidate.name in self._versions:
                what = f"of {candidate.distribution} has the same name as one of {self._versions[candidate.name][0]}"
                self.report(candidate.name, what)
                continue
            self._versions[candidate.name] = (candidate.distribution, candidate.version)
            if candidate.name in off:
                continue
            try:
                plugin = candidate.load()
            except Exception as error:  # noqa: BLE001  # whatever a plugin's import raises
                self.report(candidate.name, "could not be loaded", error)
            else:
                self._add(plugin, candidate.name)
        self._drop_unknown_hooks()

    def _add(self, plugin: object, name: str) -> bool:
        try:
            self.manager.register(plugin, name=name)
        except pluggy.PluginValidationError as error:
            self.drop(name, "has a hook that does not fit its specification", error)
        except Exception as error:  # noqa: BLE001  # historic hooks run the plugin's code
            self.drop(name, "could not be registered", error)
        else:
            self._hooks[name] = tuple(sorted(caller.name for caller in self.manager.get_hookcallers(plugin) or ()))
            if not self._hooks[name]:
                self.report(name, "does nothing: none of its functions is marked with @hookimpl")
            return True
        return False

    def _drop_unknown_hooks(self) -> None:
        # Only once all are there, because any of them may declare hooks.
        known = [name for name, caller in vars(self.manager.hook).items() if caller.has_spec()]
        for name, plugin in self.manager.list_name_plugin():
            callers = (self.manager.get_hookcallers(plugin) or []) if plugin is not None else []
            for fault in [fault for caller in callers if (fault := _fault_of(caller, plugin, known))]:
                self.drop(name, fault)

    # --- faults -------------------------------------------------------------------------------------------------------

    def report(self, plugin: str, what: str, error: Exception | None = None) -> None:
        """Note a fault of `plugin`, once."""
        failure = Failure(plugin, " ".join(self._versions.get(plugin, ("in this process",))), what, error)
        if str(failure) not in map(str, self.failures):
            self.failures.append(failure)

    def drop(self, plugin: str, what: str, error: Exception | None = None) -> None:
        """Note a fault and leave the plugin out from now on."""
        self.report(plugin, what, error)
        if self.manager.has_plugin(plugin):
            self.manager.unregister(name=plugin)

    def plugins(self) -> list[PluginInfo]:
        """Every plugin found, also those switched off by `RETROML_DISABLE_PLUGINS` or left out because of a fault."""
        names = [*self._versions, *(name for name in self._hooks if name not in self._versions)]
        return [
            PluginInfo(
                name,
                *self._versions.get(name, ("in this process", "")),
                hooks=self._hooks.get(name, ()),
                enabled=self.manager.has_plugin(name),
                failures=tuple(failure for failure in self.failures if failure.plugin == name),
            )
            for name in names
        ]

    def how_to_disable(self, plugin: str) -> str:
        """What to tell a user who wants to go on without `plugin`."""
        return f"set {DISABLE_VARIABLE}={plugin} to go on without it"

    # --- calls --------------------------------------------------------------------------------------------------------

    def implementations(self, hook: str) -> list[HookImpl]:
        """Who implements `hook`, in order of registration: the core, first-party plugins, others by name."""
        order = {name: index for index, (name, _) in enumerate(self.manager.list_name_plugin())}
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        return sorted(implementations, key=lambda implementation: order[implementation.plugin_name])

    def each(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Call `hook` plugin by plugin, yielding (plugin, result) where there is one; a plugin that raises is dropped.

        Iterables other than lists, tuples and strings are read to their end here: a generator that fails midway gives nothing.
        """
        for implementation in self.implementations(hook):
            try:
                result = self.call(implementation, hook, arguments)
                result = result if result is None or isinstance(result, (str, list, tuple)) else _whole(result)
            except Exception as error:  # noqa: BLE001  # whatever a plugin raises
                self.drop(implementation.plugin_name, f"failed in {hook}", error)
            else:
                if result is not None:
                    yield implementation.plugin_name, result

    def call(self, implementation: HookImpl, hook: str, arguments: dict[str, Any]) -> Any:
        """Call one plugin's `hook` with those of `arguments` that it names; an Exception passes through."""
        try:
            result = implementation.function(*(arguments[name] for name in implementation.argnames))
        except SystemExit as stopped:
            raise RuntimeError("it tried to end the process") from stopped
        if self._trace:
            shown = ", ".join(f"{name}={value!r:.120}" for name, value in arguments.items())
            sys.stderr.write(f"hook {hook}({shown}) of {implementation.plugin_name} -> {result!r:.300}\n")
        return result


def _fault_of(caller: HookCaller, plugin: object, known: list[str]) -> str:
    """Why `plugin` may not implement the hook of `caller`; empty when it may."""
    mine = next(implementation for implementation in caller.get_hookimpls() if implementation.plugin is plugin)
    if not caller.has_spec() and not mine.optionalhook:
        close = nearest(caller.name, known)
        hint = f" (did you mean {close[0]}?)" if close else ""
        return f"implements {caller.name}, which this version does not call{hint}"
    if mine.hookwrapper or mine.wrapper:
        return f"implements {caller.name} as a wrapper, which is not supported"
    return ""


def _whole(result: Any) -> Any:
    return list(result) if hasattr(result, "__iter__") and not isinstance(result, dict) else result
