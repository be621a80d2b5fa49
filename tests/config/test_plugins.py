"""How plugins are found, ordered, called and left out."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from retroml_core import hookspecs
from retroml_core.events import RunOutcome, RunState
from retroml_core.hookspecs import hookimpl, hookspec
from retroml_core.plugins.discovery import disabled, find_plugins
from retroml_core.plugins.manager import PluginManager
from retroml_core.plugins.registry import KINDS
from retroml_core.specs import CommandSpec, Problem, Severity

RUN = SimpleNamespace(id="20261123t041502-catch-random-7k3f9dq2mx")
OTHER_RUN = SimpleNamespace(id="20261123t041503-catch-random-0000000000")


@pytest.fixture
def plugins() -> PluginManager:
    return PluginManager(discover=False)


def plugin(**hooks) -> object:
    """An object with these hooks."""
    return SimpleNamespace(**{name: hookimpl(hook) for name, hook in hooks.items()})


def command(name: str) -> CommandSpec:
    return CommandSpec(name=name, title=name, summary=name, factory="m:f")


def commands_of(plugins: PluginManager) -> list[tuple[str, str]]:
    return [(plugin, spec.name) for plugin, spec in plugins.offers("retroml_commands", CommandSpec) if plugin != "builtin"]


def test_a_plugin_without_a_marked_hook_is_told_so(plugins):
    plugins.register(SimpleNamespace(retroml_commands=list), "forgetful")
    assert [str(failure) for failure in plugins.failures] == [
        "plugin forgetful (in this process) does nothing: none of its functions is marked with @hookimpl"
    ]


# --- finding ----------------------------------------------------------------------------------------------------------


def test_without_discovery_only_the_core_is_there(plugins):
    assert [info.name for info in plugins.plugins()] == ["builtin"]


def test_first_party_plugins_come_first_then_by_name(distribution, only):
    distribution("zebra", {"aaa": "m"})
    distribution("retroml-video", {"zzz": "m"})
    distribution("ant", {"bbb": "m"})
    only("zebra", "retroml-video", "ant")
    assert [candidate.name for candidate in find_plugins()] == ["zzz", "aaa", "bbb"]


def test_the_entry_point_of_the_core_is_not_a_second_plugin(only):
    only("retroml-core")
    assert list(find_plugins()) == []


def test_disabled_names_are_read_from_the_environment():
    assert disabled({"RETROML_DISABLE_PLUGINS": " a, b,,"}) == {"a", "b"}
    assert disabled({}) == frozenset()


def test_a_disabled_plugin_is_listed_but_not_imported(distribution, only, monkeypatch):
    distribution("retroml-off", {"off": "dist_that_does_not_exist"})
    only("retroml-off")
    monkeypatch.setenv("RETROML_DISABLE_PLUGINS", "off")
    plugins = PluginManager()
    assert plugins.failures == []
    assert [(info.name, info.enabled) for info in plugins.plugins()] == [("builtin", True), ("off", False)]


def test_a_plugin_says_which_hooks_it_has(plugins):
    plugins.register(plugin(retroml_commands=lambda: None, retroml_games=lambda: None), "mine")
    assert plugins.plugins()[-1].hooks == ("retroml_commands", "retroml_games")


# --- offers -----------------------------------------------------------------------------------------------------------


def test_offers_come_in_order_of_registration(plugins):
    plugins.register(plugin(retroml_commands=lambda: [command("b")]), "first")
    plugins.register(plugin(retroml_commands=lambda: (command("a"),)), "second")
    assert commands_of(plugins) == [("first", "b"), ("second", "a")]


def test_an_offer_may_be_a_generator_or_nothing(plugins):
    plugins.register(plugin(retroml_commands=lambda: (command(name) for name in "ab")), "mine")
    plugins.register(plugin(retroml_commands=lambda: None), "empty")
    assert commands_of(plugins) == [("mine", "a"), ("mine", "b")]
    assert plugins.failures == []


def test_a_plugin_that_raises_is_left_out_and_the_next_is_asked(plugins):
    plugins.register(plugin(retroml_commands=lambda: [][0]), "bad")
    plugins.register(plugin(retroml_commands=lambda: [command("good")]), "good")
    assert commands_of(plugins) == [("good", "good")]
    assert [info.name for info in plugins.plugins() if not info.enabled] == ["bad"]


def test_the_good_offers_of_a_list_are_kept(plugins):
    plugins.register(plugin(retroml_commands=lambda: [command("good"), 3]), "mine")
    assert commands_of(plugins) == [("mine", "good")]
    assert "offers 3 in retroml_commands, which is not a CommandSpec" in str(plugins.failures[0])


def test_a_fault_is_noted_once(plugins):
    plugins.register(plugin(retroml_commands=lambda: 3), "mine")
    plugins.offers("retroml_commands", CommandSpec)
    plugins.offers("retroml_commands", CommandSpec)
    assert len(plugins.failures) == 1


def test_a_config_package_must_be_a_string(plugins):
    plugins.register(plugin(retroml_config_package=lambda: 3), "mine")
    assert plugins.config_packages() == []
    assert "returned 3 from retroml_config_package" in str(plugins.failures[0])


def test_a_hook_that_tries_to_end_the_process_is_a_fault(plugins):
    plugins.register(plugin(retroml_commands=lambda: sys.exit()), "exits")
    plugins.offers("retroml_commands", CommandSpec)
    assert "failed in retroml_commands: RuntimeError: it tried to end the process" in str(plugins.failures[0])


# --- start ------------------------------------------------------------------------------------------------------------


def test_startup_reaches_every_plugin_also_late_ones(plugins):
    started = []
    plugins.register(plugin(retroml_startup=lambda app: started.append(("early", app))), "early")
    plugins.startup("app")
    plugins.register(plugin(retroml_startup=lambda app: started.append(("late", app))), "late")
    assert started == [("early", "app"), ("late", "app")]


def test_shutdown_reaches_every_plugin(plugins):
    ended = []
    plugins.register(plugin(retroml_shutdown=lambda app: [][0]), "bad")
    plugins.register(plugin(retroml_shutdown=lambda app: ended.append(app)), "good")
    plugins.shutdown("app")
    assert ended == ["app"]


class DesktopHooks:
    @hookspec
    def retroml_desktop_panels(self):
        """Panels."""


def test_a_plugin_may_declare_hooks_that_others_implement_before_or_after(plugins):
    def declare(manager):
        manager.add_hookspecs(DesktopHooks)

    early = SimpleNamespace(retroml_desktop_panels=hookimpl(optionalhook=True)(lambda: ["early"]))
    plugins.register(early, "early")
    plugins.register(plugin(retroml_add_hooks=declare), "desktop")
    plugins.register(plugin(retroml_desktop_panels=lambda: ["late"]), "late")
    assert list(plugins.each("retroml_desktop_panels")) == [("early", ["early"]), ("late", ["late"])]


def test_offers_of_a_hook_that_a_plugin_declared(plugins):
    toys = plugin(retroml_desktop_panels=lambda: [command("toy"), "a ball"])
    assert plugins.offers("retroml_desktop_panels", CommandSpec) == []
    plugins.register(plugin(retroml_add_hooks=lambda manager: manager.add_hookspecs(DesktopHooks)), "desktop")
    plugins.register(toys, "toys")
    assert plugins.offers("retroml_desktop_panels", CommandSpec) == [("toys", command("toy"))]
    assert "offers 'a ball' in retroml_desktop_panels, which is not a CommandSpec" in str(plugins.failures[-1])


@pytest.mark.parametrize("module", ["m", "retroml_core.nowhere", "retroml_core.specs.inside"])
def test_a_list_of_plugins_names_modules_that_are_not_there(plugins, module):
    asks = plugin(retroml_plugins_listed=lambda plugins: plugins.offers("retroml_commands", CommandSpec) and None)
    plugins.register(asks, "desktop")
    toy = CommandSpec(name="toy", title="Toy", summary="", factory=f"{module}:f")
    plugins.register(plugin(retroml_commands=lambda: [toy]), "toys")
    assert [failure.what for failure in plugins.plugins()[-1].failures] == [
        f"offers command 'toy', but there is no module {module}"
    ]


def test_an_optional_hook_needs_nobody_to_declare_it(plugins):
    assert plugins.register(SimpleNamespace(retroml_nowhere=hookimpl(optionalhook=True)(lambda: 1)), "mine")
    assert plugins.failures == []


def test_a_failing_declaration_leaves_the_plugin_out(plugins):
    assert not plugins.register(plugin(retroml_add_hooks=lambda manager: [][0]), "bad")
    assert "could not be registered: IndexError" in str(plugins.failures[0])


def test_two_unknown_hooks_are_two_lines(plugins):
    assert not plugins.register(plugin(retroml_gamez=lambda: None, retroml_metricz=lambda: None), "typos")
    assert ["(did you mean retroml_games?)" in str(failure) for failure in plugins.failures] == [True, False]
    assert plugins.offers("retroml_commands", CommandSpec)


# --- decisions --------------------------------------------------------------------------------------------------------


def test_others_pre_empt_what_was_registered_before(plugins):
    plugins.register(plugin(retroml_data_root=lambda app_name: f"/first/{app_name}"), "first")
    plugins.register(plugin(retroml_data_root=lambda app_name: "/second"), "second")
    assert plugins.data_root("RetroML") == "/second"


def test_none_leaves_it_to_the_next(plugins):
    plugins.register(plugin(retroml_name_film=lambda run, renderer: f"{run.id}-{renderer}"), "first")
    plugins.register(plugin(retroml_name_film=lambda: None), "second")
    assert plugins.name_film(RUN, "timelapse") == f"{RUN.id}-timelapse"


def test_nobody_decides(plugins):
    assert plugins.data_root("RetroML") is None
    assert plugins.refuse_run("app", "config") is None


@pytest.mark.parametrize("answer", [lambda app_name: [][0], lambda app_name: 3])
def test_a_bad_answer_is_skipped(plugins, answer):
    plugins.register(plugin(retroml_data_root=lambda app_name: "/good"), "good")
    plugins.register(plugin(retroml_data_root=answer), "bad")
    assert plugins.data_root("RetroML") == "/good"
    assert plugins.failures[0].plugin == "bad"


def test_a_refusal_is_handed_on(plugins):
    plugins.register(plugin(retroml_refuse_run=lambda config: f"no {config} today"), "quota")
    assert plugins.refuse_run("app", "ppo") == "plugin quota refuses this run: no ppo today"


def test_a_guard_that_fails_refuses_and_says_how_to_go_on(plugins):
    plugins.register(plugin(retroml_refuse_run=lambda app: [][0]), "quota")
    reason = plugins.refuse_run("app", "config")
    assert "plugin quota could not decide" in reason
    assert "RETROML_DISABLE_PLUGINS=quota" in reason


def test_problems_of_all_plugins_are_collected(plugins):
    plugins.register(plugin(retroml_check_config=lambda config: [Problem(key="a", message="x")]), "first")
    plugins.register(plugin(retroml_check_config=lambda config: (Problem(key=key, message="y") for key in "bc")), "second")
    assert [problem.key for problem in plugins.check_config("config")] == ["a", "b", "c"]


def test_a_check_that_fails_is_a_warning(plugins):
    plugins.register(plugin(retroml_check_config=lambda config: [][0]), "bad")
    (problem,) = plugins.check_config("config")
    assert (problem.severity, problem.value) == (Severity.WARNING, "bad")


def test_what_is_no_problem_is_reported(plugins):
    plugins.register(plugin(retroml_check_config=lambda config: ["too slow"]), "bad")
    assert plugins.check_config("config") == []
    assert "'too slow' in retroml_check_config, which is not a Problem" in str(plugins.failures[0])


# --- moments ----------------------------------------------------------------------------------------------------------


def test_moments_reach_everybody(plugins):
    heard = []
    plugins.register(plugin(retroml_run_started=lambda run: heard.append(run.id)), "a")
    plugins.register(plugin(retroml_checkpoint_saved=lambda run, checkpoint: heard.append(checkpoint)), "b")
    plugins.register(plugin(retroml_film_saved=lambda film: heard.append(film)), "c")
    plugins.register(plugin(retroml_run_finished=lambda outcome: heard.append(outcome.steps)), "d")
    plugins.run_started(RUN)
    plugins.checkpoint_saved(RUN, "checkpoint")
    plugins.film_saved(RUN, "film")
    plugins.run_finished(RUN, RunOutcome(state=RunState.COMPLETED, steps=5))
    assert heard == [RUN.id, "checkpoint", "film", 5]


def test_a_plugin_that_fails_hears_no_more_of_that_run_only(plugins):
    calls = []

    def fail(run, checkpoint):
        calls.append((run.id, checkpoint))
        raise ValueError("no")

    plugins.register(plugin(retroml_checkpoint_saved=fail), "bad")
    for run, checkpoint in ((RUN, 1), (RUN, 2), (OTHER_RUN, 1)):
        plugins.checkpoint_saved(run, checkpoint)
    assert calls == [(RUN.id, 1), (OTHER_RUN.id, 1)]
    assert len(plugins.failures) == 2


def test_the_others_hear_a_moment_that_one_fails_in(plugins):
    heard = []
    plugins.register(plugin(retroml_run_started=lambda run: [][0]), "bad")
    plugins.register(plugin(retroml_run_started=lambda run: heard.append(run.id)), "good")
    plugins.run_started(RUN)
    assert heard == [RUN.id]


# --- tracing ----------------------------------------------------------------------------------------------------------


def test_calls_are_traced_when_asked_for(monkeypatch, capsys):
    monkeypatch.setenv("RETROML_TRACE_HOOKS", "1")
    plugins = PluginManager(discover=False)
    plugins.register(plugin(retroml_data_root=lambda app_name: "/here"), "mine")
    plugins.data_root("RetroML")
    assert "hook retroml_data_root(app_name='RetroML') of mine -> '/here'" in capsys.readouterr().err


def test_calls_are_silent_otherwise(plugins, capsys):
    plugins.offers("retroml_commands", CommandSpec)
    assert capsys.readouterr().err == ""


def test_every_hook_has_a_method_or_brings_a_kind_of_offer():
    methods = {
        "retroml_add_hooks": "register",
        "retroml_config_package": "config_packages",
        "retroml_plugins_listed": "plugins",
    }
    offers = {hook for hook, _ in KINDS.values()}
    hooks = {name for name in vars(hookspecs) if name.startswith("retroml_")}
    assert offers < hooks
    for hook in hooks - offers:
        assert callable(getattr(PluginManager, methods.get(hook, hook.removeprefix("retroml_"))))
