"""The presets of this plugin: every value with a source, what they come to, and what they are for single games."""

import dataclasses
import json
from pathlib import Path

import pytest
import retroml_tianshou
from retroml_tianshou import retroml_algorithms

from retroml_core.app import App
from retroml_core.config.composing import compose
from retroml_core.config.presets import presets_of, read_preset

CONF = Path(retroml_tianshou.__file__).parent / "conf" / "algorithm"
SPECS = {spec.name: spec for spec in retroml_algorithms()}
PRESETS = {path.stem: read_preset(path.stem, path.read_text(encoding="utf-8")) for path in sorted(CONF.glob("*.yaml"))}
SHORT = "budget.steps=1000"
TABLE = Path(__file__).parent / "presets.json"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETROML_HOME", str(tmp_path_factory.mktemp("home")))
        yield App.open()


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_value_has_a_source_and_is_one_of_a_setting(preset):
    fields = {field.name for field in dataclasses.fields(SPECS[preset.name.partition("_")[0]].config)}
    assert [one.key for one in preset.values if len(one.source) < 4] == []
    assert {one.key for one in preset.values} <= fields
    assert preset.about


def test_every_default_that_shapes_learning_has_a_source():
    from retroml_core.params import param_info

    machine = {"name", "precision", "compile", "overlap", "replay_storage", "replay_folder", "report_steps"}
    ours = {"learning_starts_share"}
    for spec in SPECS.values():
        infos = {field.name: param_info(field) for field in dataclasses.fields(spec.config)}
        assert {name for name, info in infos.items() if info is not None and not info.source} <= machine | ours, spec.name


def test_the_values_are_those_agreed_on():
    """After a change on purpose, write `table()` to presets.json."""
    assert table() == json.loads(TABLE.read_text(encoding="utf-8"))


def table() -> dict[str, dict[str, str]]:
    """Each preset with its values, and those for single games in brackets."""
    return {
        preset.name: {
            one.key: one.value + "".join(f" [{game}: {value}]" for game, value in one.games.items()) for one in preset.values
        }
        for preset in PRESETS.values()
    }


def test_the_games_named_exist(app):
    named = {game for preset in PRESETS.values() for one in preset.values for game in one.games}
    assert named
    assert named <= set(app.registry.games)


@pytest.mark.parametrize(
    ("game", "n_step", "batch_size"),
    [("pong", 3, 64), ("PongNoFrameskip-v4", 3, 64), ("ALE/Breakout-v5", 1, 32), ("qbert", 3, 32)],
)
def test_a_preset_takes_the_values_of_the_game(app, game, n_step, batch_size):
    algorithm = compose(app, ["algorithm=rainbow_tianshou", f"game={game}", SHORT]).algorithm
    assert (algorithm.n_step, algorithm.batch_size) == (n_step, batch_size)


def test_what_somebody_asks_for_comes_before_the_game(app):
    assert (
        compose(app, ["algorithm=rainbow_tianshou", "game=pong", "algorithm.batch_size=16", SHORT]).algorithm.batch_size == 16
    )


def test_a_rate_may_be_one_for_a_game(app):
    rates = [
        compose(app, ["algorithm=sac_tianshou", f"game={game}", SHORT]).algorithm.learning_rate for game in ("pong", "breakout")
    ]
    assert rates == [1e-5, 1e-4]


def test_the_command_lists_presets_with_games_and_sources(app, capsys):
    from retroml_core.commands.algorithms import main

    assert main(app, ["rainbow"]) == 0
    page = capsys.readouterr().out
    assert "algorithm=rainbow_tianshou, based on rainbow: Rainbow with the numbers of Tianshou's example" in page
    (line,) = [line for line in page.splitlines() if line.startswith("batch_size ")]
    assert line.split()[1:4] == ["32", "pong", "64"]
    assert "its README" in line


def test_presets_of_presets_belong_to_the_algorithm(app):
    assert [preset.name for preset in presets_of(app, "dqn")] == ["dqn_double", "dqn_dueling", "dqn_nature"]


def test_as_json_the_command_tells_presets_too(app, capsys):
    from retroml_core.commands.algorithms import main

    assert main(app, ["fqf", "--json"]) == 0
    (spec,) = json.loads(capsys.readouterr().out)
    assert [preset["name"] for preset in spec["presets"]] == ["fqf_paper", "fqf_tianshou"]
