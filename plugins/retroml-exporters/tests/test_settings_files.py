"""The config files: each of the first three makes a config with the same hash; the fourth names what it ran on."""

import dataclasses
import shlex

import pytest
from omegaconf import OmegaConf
from retroml_exporters.settings import ConfigFilesConfig
from retroml_exporters.settings_files import ConfigExporter, overrides_of

from retroml_core.config.composing import compose, config_hash, from_tree, load_config, to_tree, tree_hash
from retroml_core.testing import tiny_app, tiny_config, tiny_run


@pytest.fixture
def app(tmp_path):
    return tiny_app(tmp_path / "other")


@pytest.fixture
def made(run, folder):
    paths = ConfigExporter(ConfigFilesConfig()).export([run], folder)
    return {path.name.removeprefix(f"{run.id}_"): path for path in paths}


def test_four_files_are_made(made):
    assert set(made) == {"config.yaml", "config.json", "command.txt", "requirements.txt"}


def test_a_run_without_provenance_has_no_requirements(run, folder):
    (run.folder / "provenance.json").unlink()
    paths = ConfigExporter(ConfigFilesConfig()).export([run], folder)
    assert [path.name for path in paths if "requirements" in path.name] == []


def test_the_yaml_is_the_config(run, made, app):
    tree = OmegaConf.to_container(OmegaConf.load(made["config.yaml"]), resolve=False)
    assert tree == run.tree
    assert config_hash(from_tree(tree, app)) == config_hash(run.config(app))


def test_the_head_of_the_yaml_has_hash_run_and_seed(run, made):
    head = "".join(line for line in made["config.yaml"].read_text().splitlines(True) if line.startswith("#"))
    assert tree_hash(run.tree) in head
    assert run.id in head
    assert "seed 11" in head


def test_the_json_is_the_config(run, made, app):
    assert to_tree(load_config(made["config.json"], app)) == run.tree


def test_the_command_makes_the_same_settings(run, made, app):
    program, *overrides = shlex.split(made["command.txt"].read_text())
    assert program == "retroml"
    assert config_hash(compose(app, overrides)) == config_hash(run.config(app))


def test_any_text_survives_the_command_line(app):
    texts = [
        "plain",
        "two words",
        'it\'s "quoted"',
        "C:\\runs\\",
        'back\\"slash\\\\"',
        "a,b=[c]{d}(e)",
        "50 % of ${game} and $HOME",
        "null",
        "True",
        "3.5",
        "été ☀",
        " padded ",
        "",
    ]
    config = dataclasses.replace(tiny_config(), notes='a\\"b', tags=texts)
    again = compose(app, overrides_of(to_tree(config)))
    assert again.notes == 'a\\"b'
    assert again.tags == texts


def test_every_setting_survives_the_command_line(app):
    config = tiny_config()
    config.network.hidden = [256, 64]
    config.network.channels = []
    config.budget.minutes = 2.5
    config.deterministic = True
    again = compose(app, overrides_of(to_tree(config)))
    assert to_tree(again) == to_tree(config)


def test_what_people_call_a_run_does_not_change_its_hash(tmp_path):
    plain, named = tiny_config(), dataclasses.replace(tiny_config(), name="mine", notes="good", tags=["x"])
    trees = [tiny_run(tmp_path / str(i), config=config).tree for i, config in enumerate((plain, named))]
    assert tree_hash(trees[0]) == tree_hash(trees[1])


def test_another_seed_changes_the_hash():
    assert tree_hash(to_tree(tiny_config(1))) != tree_hash(to_tree(tiny_config(2)))
