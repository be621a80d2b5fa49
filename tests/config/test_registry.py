"""What may be offered, and finding it again by name."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from retroml_core.faults import told
from retroml_core.hookspecs import hookimpl
from retroml_core.plugins import suggestions
from retroml_core.plugins.manager import PluginManager
from retroml_core.plugins.registry import KINDS, Registry, UnknownName, resolve
from retroml_core.specs import AlgorithmSpec, EnvironmentSpec, GameSpec, RendererSpec


@dataclass
class MineConfig:
    name: str = "mine"


@dataclass
class NamelessConfig:
    size: int = 1


def algorithm(**changes) -> AlgorithmSpec:
    return AlgorithmSpec(**{"name": "mine", "title": "Mine", "summary": "", "config": MineConfig, "factory": "m:f", **changes})


def game(name: str, environment: str = "catch", **more) -> GameSpec:
    return GameSpec(name=name, title=more.pop("title", name.title()), summary="", environment=environment, **more)


def collect(**offers) -> tuple[Registry, list[str]]:
    """The registry of the core and one plugin, and the faults."""
    plugins = PluginManager(discover=False)
    hooks = {f"retroml_{kind}": hookimpl(lambda specs=specs: specs) for kind, specs in offers.items()}
    plugins.register(SimpleNamespace(**hooks), "mine")
    registry = Registry.collect(plugins)
    return registry, [failure.what for failure in plugins.failures]


def test_a_good_spec_is_offered_with_its_plugin():
    registry, faults = collect(algorithms=[algorithm()])
    assert registry.algorithm("mine").title == "Mine"
    assert registry.plugin_of["algorithm", "mine"] == "mine"
    assert faults == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": "Mine"}, "its name may only have"),
        ({"name": "../mine"}, "its name may only have"),
        ({"name": 3}, "its name may only have"),
        ({"title": ""}, "it has no title"),
        ({"factory": "mine.train"}, "its factory 'mine.train' is not of the form \"module:attribute\""),
        ({"factory": print}, "its factory"),
        ({"config": 3}, "its config 3 is not a dataclass"),
        ({"config": MineConfig()}, "is not a dataclass"),
        ({"config": NamelessConfig}, 'has no field `name: str = "mine"`'),
        ({"name": "other"}, 'has no field `name: str = "other"`'),
    ],
)
def test_a_bad_spec_is_left_out(changes, fault):
    registry, faults = collect(algorithms=[algorithm(**changes)])
    assert list(registry.algorithms) == ["random"]
    assert len(faults) == 1
    assert fault in faults[0]


def test_an_environment_without_tape_says_why():
    spec = {"name": "mine", "title": "Mine", "summary": "", "config": MineConfig, "factory": "m:f"}
    assert "does not say why in no_tape" in collect(environments=[EnvironmentSpec(**spec)])[1][0]
    assert collect(environments=[EnvironmentSpec(**spec, no_tape="it is real")])[1] == []
    assert "its tape 'open' is not" in collect(environments=[EnvironmentSpec(**spec, tape="open")])[1][0]


def test_a_game_needs_its_environment():
    registry, faults = collect(games=[game("chess", "board"), game("mine")])
    assert sorted(registry.games) == ["catch", "mine"]
    assert "there is no environment 'board'" in faults[0]


@pytest.mark.parametrize(
    "spelling",
    ["ms_pacman", "MsPacmanNoFrameskip-v4", "ALE/MsPacman-v5", "ale/mspacman-V5", "Ms. Pac-Man", "MsPacmanDeterministic-v0"],
)
def test_a_game_is_found_by_any_spelling(spelling):
    registry, _ = collect(games=[game("ms_pacman", title="Ms. Pac-Man")])
    assert registry.game(spelling).name == "ms_pacman"


def test_a_game_is_found_by_an_alias_of_its_own():
    registry, _ = collect(games=[game("mine", aliases=("The Old One",))])
    assert registry.game("the old one").name == "mine"


def test_an_alias_never_hides_a_name():
    registry, _ = collect(games=[game("yours", aliases=("mine",)), game("mine", aliases=("catch",))])
    assert registry.game("CATCH").name == "catch"
    assert registry.game("Mine").name == "mine"


@pytest.mark.parametrize("kind", [*KINDS, *(f"{kind}s" for kind in KINDS)])
def test_a_kind_has_a_word_for_one_and_for_many(kind):
    with pytest.raises(UnknownName, match=r"no .* is called 'nothing_like_it'"):
        Registry().get(kind, "nothing_like_it")


def test_an_unknown_kind_is_named():
    with pytest.raises(UnknownName, match="did you mean renderer"):
        Registry().of("rendere")


def test_an_unknown_name_brings_suggestions():
    registry, _ = collect(algorithms=[algorithm()])
    with pytest.raises(UnknownName) as caught:
        registry.get("algorithms", "Randon")
    assert str(caught.value) == "no algorithm is called 'Randon'; did you mean random?"
    assert caught.value.choices == ("mine", "random")


def test_far_off_names_bring_the_choices():
    registry, _ = collect(algorithms=[algorithm()])
    with pytest.raises(UnknownName, match=r"there is mine, random$"):
        registry.algorithm("zzz")


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("game", "breakout", "more come with retroml-atari, which is not installed"),
        ("command", "desktop", "it comes with retroml-dearpygui, which is not installed"),
        ("command", "fly", "there is none"),
    ],
)
def test_what_would_bring_more_is_named(kind, name, words, monkeypatch):
    monkeypatch.setattr(suggestions.metadata, "distributions", lambda name: [])
    assert str(UnknownName(kind, name, [])).endswith(words)


def test_what_is_installed_brings_no_more():
    assert str(UnknownName("game", "chess", [])).endswith("; there is none")


def test_resolve_follows_attributes():
    assert resolve("retroml_core.plugins.registry:Registry.collect") == Registry.collect


@pytest.mark.parametrize("reference", ["retroml_core", "retroml_core:", ":main", "a b:c", "os:system('x')", "../x:y"])
def test_resolve_refuses_other_shapes(reference):
    with pytest.raises(ValueError, match="module:attribute"):
        resolve(reference)


def test_what_an_offer_raises_names_the_plugin_nearest_to_the_fault():
    registry, _ = collect(algorithms=[algorithm(factory="not_there:build")])
    outer, inner = registry.blaming("algorithm", "random"), registry.blaming("algorithm", "mine")
    with pytest.raises(ModuleNotFoundError) as caught, outer, inner:
        resolve(registry.algorithm("mine").factory)
    assert told(caught.value) == "No module named 'not_there' (plugin mine)"


def test_a_renderer_is_offered_through_its_own_hook():
    spec = RendererSpec(name="mine", title="Mine", summary="", config=MineConfig, factory="m:f")
    assert "mine" in collect(video_renderers=[spec])[0].renderers


def test_what_the_core_offers_can_be_imported(installed):
    for kind in ("algorithm", "environment", "launcher", "store", "command"):
        for name, spec in installed.registry.of(kind).items():
            if installed.registry.plugin_of[kind, name] == "builtin":
                assert callable(resolve(spec.factory)), name
