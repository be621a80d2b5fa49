"""Composing configs from YAML and overrides, and reading saved ones."""

from __future__ import annotations

import dataclasses
import enum
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from retroml_core import AlgorithmSpec
from retroml_core.config.composing import ConfigError, compose, config_hash, from_tree, load_config, save_config, to_tree
from retroml_core.faults import Fault
from retroml_core.hookspecs import hookimpl
from retroml_core.params import param
from retroml_core.schema import SCHEMA_VERSION, Budget, ExperimentConfig
from retroml_core.testing.apps import tiny_app


class Net(enum.Enum):
    SMALL = 1
    LARGE = 2


@dataclass
class RichConfig:
    """Every type a setting may have."""

    name: str = "rich"
    rate: float = param(0.5, ge=0, le=1, help="A number.")
    sizes: tuple[int, int] = param((1, 2), help="Two sizes.")
    layers: list[int] | None = param(None, help="Layers.")
    weights: dict[str, float] = param(default_factory=dict, help="Weights by name.")
    net: Net = param(Net.SMALL, help="The network.")
    often: int | None = param(None, help="A whole number or nothing.")


@pytest.fixture
def rich(tmp_path):
    spec = AlgorithmSpec(name="rich", title="Rich", summary="", config=RichConfig, factory="m:f")
    return tiny_app(tmp_path, {"rich": SimpleNamespace(retroml_algorithms=hookimpl(lambda: [spec]))})


def refused(app, *overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        compose(app, list(overrides))
    return str(caught.value)


# --- composing --------------------------------------------------------------------------------------------------------


def test_the_core_alone_composes_a_default(app):
    config = compose(app)
    assert (config.game, config.environment.name, config.algorithm.name) == ("catch", "catch", "random")
    assert (config.metrics, config.film.renderers) == ([], [])


def test_with_all_plugins_the_default_is_ppo_on_breakout(installed):
    config = compose(installed)
    assert (config.game, config.environment.name, config.algorithm.name) == ("breakout", "atari", "ppo")
    assert config.metrics == ["standard"]
    assert config.film.renderers == ["timelapse", "final_run"]


def test_parts_are_instances_of_the_plugins_dataclasses(rich):
    config = compose(rich, ["algorithm=rich"])
    assert isinstance(config, ExperimentConfig)
    assert isinstance(config.algorithm, RichConfig)
    assert isinstance(config.budget, Budget)


def test_every_type_can_be_overridden(rich):
    overrides = ["rate=1", "sizes=[3,4]", "layers=[5]", "+algorithm.weights.a=2", "net=LARGE", "often=3"]
    keys = [override if override.startswith("+") else f"algorithm.{override}" for override in overrides]
    algorithm = compose(rich, ["algorithm=rich", *keys]).algorithm
    assert (algorithm.rate, list(algorithm.sizes), algorithm.layers) == (1.0, [3, 4], [5])
    assert (algorithm.weights, algorithm.net, algorithm.often) == ({"a": 2.0}, Net.LARGE, 3)


def test_the_environment_follows_the_game(app):
    assert compose(app, ["game=tiny"]).environment.name == "tiny"


def test_settings_of_the_games_environment_are_known(app):
    assert compose(app, ["game=tiny", "environment.size=20"]).environment.size == 20


def test_an_environment_asked_for_stays(app):
    assert "is played by the environment tiny, not by catch" in refused(app, "game=tiny", "environment=catch")


def test_a_game_beats_the_environment_of_an_experiment(app):
    config = compose(app, ["+experiment=random_catch", "game=tiny"])
    assert (config.game, config.environment.name, config.budget.seconds) == ("tiny", "tiny", 10)


@pytest.mark.parametrize("spelling", ["CATCH", "Catch", "ALE/Catch-v5", "CatchNoFrameskip-v4", "'catch'"])
def test_a_game_is_written_by_its_own_name(app, spelling):
    assert compose(app, [f"game={spelling}"]).game == "catch"


def test_composing_leaves_nothing_behind(app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compose(app)
    compose(app, ["seed=3"])
    assert list(tmp_path.iterdir()) == []


# --- budgets and presets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overrides", "hours"),
    [
        ([], 1.5),
        (["preset=medium"], 5),
        (["preset=long"], 12),
        (["preset=long", "budget.hours=1.5"], 1.5),
        (["budget.minutes=5"], 1 / 12),
        (["budget.hours=1", "budget.minutes=30", "budget.seconds=36"], 1.51),
    ],
)
def test_a_budget_in_time(app, overrides, hours):
    assert compose(app, overrides).budget.limit_seconds() == pytest.approx(hours * 3600)


def test_a_budget_in_steps_has_no_limit_in_time(app):
    budget = compose(app, ["budget.steps=1000", "preset=long"]).budget
    assert (budget.steps, budget.limit_seconds()) == (1000, None)


def test_a_budget_in_both_has_both_limits(app):
    budget = compose(app, ["budget.steps=1000", "budget.minutes=1"]).budget
    assert (budget.steps, budget.limit_seconds()) == (1000, 60)


@pytest.mark.parametrize(("preset", "low", "high"), [("short", 1, 2), ("medium", 4, 6), ("long", 10, 24)])
def test_presets_take_the_time_they_promise(app, preset, low, high):
    config = compose(app, [f"preset={preset}"])
    assert config.preset == preset
    assert low <= config.budget.default_hours <= high


# --- messages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("algorithm=randm", "algorithm=randm: no algorithm is called 'randm'; did you mean random?"),
        ("preset=shrot", "preset=shrot: no preset is called 'shrot'; did you mean short?"),
        ("+experiment=random", "experiment=random: no experiment is called 'random'; did you mean random_catch?"),
        ("budgte.minutes=1", "budgte.minutes: there is no such setting; did you mean budget.minutes?"),
        ("minutes=1", "minutes: there is no such setting; did you mean budget.minutes?"),
        ("film.zzz=1", "film.zzz: there is no such setting; there is film.accent, film.captions,"),
        ("zzz.yyy=1", "zzz.yyy: there is no such setting; `retroml help all` lists them"),
        ("+sede=1", "sede: there is no such setting; did you mean seed?"),
        ("seed=abc", "seed=abc: must be a whole number between 0 and 4294967295, or null ("),
        ("checkpoints.keep=1.5", "checkpoints.keep=1.5: must be a whole number between 1 and 10000 ("),
        ("deterministic=maybe", "deterministic=maybe: must be true or false ("),
        ("tags=fast", "tags=fast: must be a list of words, written [a,b] ("),
        (
            "checkpoints.every_steps=often",
            "checkpoints.every_steps=often: must be a whole number of at least 1 steps, or null (",
        ),
        ("seed=1,2", "seed=1,2: holds several values: add --multirun to train once for each"),
        ("game=[", "game=[: no game is called '['; there is catch"),
        ("experiment=random_catch", "experiment: this group is added, not replaced: write +experiment=..."),
        ("seed", "seed: write KEY=VALUE, such as budget.hours=2"),
        (
            "network=resnet",
            "network=resnet: network has no such option; set its parts one by one: network.blocks, network.channels,",
        ),
    ],
)
def test_a_mistake_is_said_in_words(app, override, message):
    assert refused(app, override).startswith(message)


def test_all_faults_are_named_at_once(app):
    message = refused(app, "game=cath", "seed=-1", "film.fps=10", "device=gpu", "deterministic=true", "metrics=[nope]")
    assert message.startswith("The config has 6 faults:\n")
    assert "game=cath: no game is called 'cath'; did you mean catch? (`retroml games` lists them all)" in message
    for key in ("seed=-1", "film.fps=10", "device=gpu", "deterministic=True", "metrics=nope"):
        assert f"\n  {key}: " in message


def test_faults_of_keys_types_and_ranges_are_named_at_once(app):
    message = refused(app, "seed=-1", "checkpoints.keep=abc", "budget.stepz=4", "game=cath", "film.fps=10", "preset=shrot", "x")
    assert message.startswith("The config has 7 faults:\n")
    assert "\n  checkpoints.keep=abc: must be a whole number between 1 and 10000 (How many full checkpoints" in message
    assert "\n  budget.stepz: there is no such setting; did you mean budget.steps?" in message
    for start in (
        "seed=-1: must be between",
        "game=cath: no game",
        "film.fps=10: ",
        "preset=shrot: no preset",
        "x: write KEY=",
    ):
        assert f"\n  {start}" in message


def test_settings_of_an_algorithm_that_is_not_there_are_left_alone(installed):
    assert refused(installed, "algorithm=dreamer", "algorithm.gamma=0.9").startswith(
        "algorithm=dreamer: no algorithm is called"
    )


@pytest.mark.parametrize(("value", "message"), [("2.5", "between 0 and 1"), ("abc", "a number between 0 and 1")])
def test_a_number_of_an_algorithm_says_its_range_and_meaning(rich, value, message):
    assert (
        refused(rich, "algorithm=rich", f"algorithm.rate={value}") == f"algorithm.rate={value}: must be {message} (A number.)"
    )


def test_the_names_of_an_enumeration_are_listed(rich):
    assert refused(rich, "algorithm=rich", "algorithm.net=HUGE").startswith("algorithm.net=HUGE: must be one of SMALL, LARGE (")


@pytest.mark.parametrize(("override", "steps"), [("2.5e6", 2_500_000), ("7.0", 7)])
def test_a_whole_number_may_be_written_with_an_exponent(app, override, steps):
    assert compose(app, [f"budget.steps={override}"]).budget.steps == steps


def test_a_saved_config_may_hold_a_float_for_a_whole_number(app):
    tree = {"game": "catch", "algorithm": {"name": "random"}, "budget": {"steps": 1e4}}
    assert from_tree(tree, app).budget.steps == 10_000


def test_all_types_that_are_wrong_in_a_saved_config_are_named(app):
    tree = {"game": "catch", "algorithm": {"name": "random"}, "seed": "x", "name": ["a"], "sede": 1}
    with pytest.raises(ConfigError) as caught:
        from_tree(tree, app)
    assert {problem.key for problem in caught.value.problems} == {"seed", "name", "sede"}


def test_a_number_that_is_not_whole_is_refused(app):
    assert refused(app, "budget.steps=1.5e0").startswith("budget.steps=1.5: must be a whole number between 1 and")


def test_a_config_error_is_a_fault_with_its_problems(app):
    with pytest.raises(Fault) as caught:
        compose(app, ["seed=-1"])
    assert [problem.key for problem in caught.value.problems] == ["seed"]


# --- saving and loading -----------------------------------------------------------------------------------------------


def test_a_config_survives_being_saved(rich, tmp_path):
    config = compose(rich, ["algorithm=rich", "algorithm.net=LARGE", "algorithm.layers=[1]", "seed=3", "tags=[a,b]"])
    save_config(config, tmp_path / "config.json")
    assert to_tree(load_config(tmp_path / "config.json", rich)) == to_tree(config)
    assert isinstance(load_config(tmp_path / "config.json", rich).algorithm.net, Net)


def test_a_tree_is_plain(rich):
    tree = to_tree(compose(rich, ["algorithm=rich"]))
    assert json.loads(json.dumps(tree)) == tree
    assert list(tree)[:3] == ["id", "name", "game"]


def test_what_is_not_written_takes_its_default(app):
    config = from_tree({"algorithm": {"name": "random"}, "game": "tiny"}, app)
    assert (config.environment.name, config.film.fps, config.schema_version) == ("tiny", 30, SCHEMA_VERSION)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"game": "catch"}, "algorithm: needs a value; there is random"),
        ({"game": "catch", "algorithm": {}}, "algorithm: needs a value"),
        ({"game": "catch", "algorithm": {"name": "dreamer"}}, "algorithm=dreamer: no algorithm is called 'dreamer'"),
        ({"game": "chess", "algorithm": {"name": "random"}}, "game=chess: no game is called 'chess'"),
        ({"game": "catch", "algorithm": {"name": "random", "speed": 1}}, "algorithm.speed: there is no such setting"),
        ({"game": "catch", "algorithm": {"name": "random"}, "film": {"fsp": 1}}, "film.fsp: there is no such setting; did you"),
        ({"game": "catch", "algorithm": {"name": "random"}, "seed": "x"}, "seed=x: must be a whole number between"),
        ({"game": "catch", "algorithm": {"name": "random"}, "film": 3}, "film: "),
        ({"game": "catch", "algorithm": {"name": "random"}, "budget": []}, "budget: "),
    ],
)
def test_a_bad_tree_is_refused_in_words(app, tree, message):
    with pytest.raises(ConfigError) as caught:
        from_tree(tree, app)
    assert str(caught.value).startswith(message)


def test_a_missing_plugin_is_named_with_what_to_do(app):
    with pytest.raises(ConfigError, match="may come from a plugin that is not installed; `retroml plugins` lists"):
        from_tree({"algorithm": {"name": "dreamer"}, "game": "catch"}, app)


@pytest.mark.parametrize("content", [b"", b'{"game": "cat', b"[]", b"3", b"\xff\xfe", b'"x"'])
def test_half_a_file_is_refused_in_words(app, tmp_path, content):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"config\.json"):
        load_config(path, app)


def test_a_file_that_is_not_there_is_named(app, tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the config: .*nowhere\.json"):
        load_config(tmp_path / "nowhere.json", app)


# --- hash -------------------------------------------------------------------------------------------------------------


def test_the_hash_is_of_what_shapes_the_run(app):
    config = compose(app, ["seed=1"])
    same = dataclasses.replace(config, id="x", created_at="now", name="a", notes="b", tags=["c"], group="d")
    assert config_hash(same) == config_hash(config)
    assert config_hash(dataclasses.replace(config, seed=2)) != config_hash(config)
    assert len(config_hash(config)) == 16


def test_the_hash_survives_saving(app, tmp_path):
    config = compose(app, ["seed=1", "budget.minutes=5"])
    save_config(config, tmp_path / "config.json")
    assert config_hash(load_config(tmp_path / "config.json", app)) == config_hash(config)


def test_threads_that_compose_take_turns(app):
    with ThreadPoolExecutor(4) as threads:
        configs = list(threads.map(lambda seed: compose(app, [f"seed={seed}"]), range(8)))
    assert [config.seed for config in configs] == list(range(8))
