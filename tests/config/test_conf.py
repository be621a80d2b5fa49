"""Every YAML file that is shipped composes, and the start is light."""

from __future__ import annotations

import subprocess
import sys

import pytest

from retroml_core.config.composing import compose
from retroml_core.config.folders import core_conf, options, plugin_folders
from retroml_core.config.resolvers import default_of, trains_on_gpu
from retroml_core.config.validation import check
from retroml_core.training.measured import Choice, Measured, Subject, Trial, keep

EXPERIMENTS = sorted(path.stem for path in core_conf().parent.glob("**/conf/experiment/*.yaml") if ".venv" not in path.parts)
PRESETS = sorted(path.stem for path in core_conf().glob("preset/*.yaml"))
HEAVY = ("torch", "tianshou", "numpy", "ale_py", "gymnasium", "av", "matplotlib", "tensorboard", "sqlalchemy", "dearpygui")


@pytest.mark.parametrize("experiment", EXPERIMENTS)
@pytest.mark.parametrize("gpu", [False, True])
def test_an_experiment_composes_with_and_without_a_gpu(experiment, gpu, installed, monkeypatch):
    monkeypatch.setattr("retroml_core.config.resolvers.trains_on_gpu", lambda: gpu)
    assert compose(installed, [f"+experiment={experiment}"]).game


def test_the_core_ships_experiments_and_presets():
    assert "random_catch" in EXPERIMENTS
    assert {"short", "medium", "long"} <= set(PRESETS)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("algorithm", ["ppo", "random"])
def test_a_preset_composes_with_every_algorithm(preset, algorithm, installed):
    assert compose(installed, [f"preset={preset}", f"algorithm={algorithm}"]).preset == preset


@pytest.mark.parametrize("overrides", [[], ["game=ms_pacman", "preset=long"], ["+experiment=first_light"]])
def test_what_is_shipped_gives_no_warning(overrides, installed):
    assert check(compose(installed, overrides), installed) == []


@pytest.fixture
def measured(installed):
    """Somebody measured which settings train the default fastest."""
    choice = Choice(threads=1, environments=8, precision="float32", compile="off")
    found = Measured(measured_at="today", best=choice, environments=8, trials=(Trial(choice=choice, steps_per_second=1.0),))
    keep(installed.root, Subject.of(compose(installed)), found)


def test_every_option_of_every_group_composes(installed, measured):
    for group, names in options(installed.plugins, installed.registry).items():
        for name in names if group not in ("experiment", "environment") else ():
            compose(installed, [f"{group}={name}"])


def test_no_shipped_folder_has_a_fault(installed):
    plugin_folders(installed.plugins, installed.registry)
    assert installed.plugins.failures == []


def test_options_hold_those_of_schemas_files_and_plugins(installed):
    found = options(installed.plugins, installed.registry)
    assert {"ppo", "random"} <= set(found["algorithm"])
    assert {"atari", "catch"} <= set(found["environment"])
    assert "random_catch" in found["experiment"]
    assert not any(group.startswith("hydra") for group in found)


# --- resolvers --------------------------------------------------------------------------------------------------------


def test_defaults_fall_back_to_the_core(app, installed):
    assert [default_of(kind, app.registry) for kind in ("algorithm", "environment", "game")] == ["random", "catch", "catch"]
    assert [default_of(kind, installed.registry) for kind in ("algorithm", "environment", "game")] == [
        "ppo",
        "atari",
        "breakout",
    ]


@pytest.mark.parametrize(("device", "answer"), [("cpu", False), ("cuda:0", True)])
def test_a_gpu_counts_when_torch_can_use_it(monkeypatch, device, answer):
    class Report:
        pass

    Report.device = device
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("retroml_core.training.devices.probe", Report)
    assert trains_on_gpu() is answer


@pytest.mark.parametrize("hidden", ["", "-1", " "])
def test_a_hidden_gpu_does_not_count(monkeypatch, hidden):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    monkeypatch.setattr("retroml_core.training.devices.probe", lambda: pytest.fail("asked"))
    assert trains_on_gpu() is False


# --- weight -----------------------------------------------------------------------------------------------------------


def loaded_by(*arguments: str) -> set[str]:
    """Which heavy modules a command line loads."""
    code = (
        "import sys; from retroml_core.cli import main; code = main(sys.argv[1:]); "
        f"print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split()) if done.stderr.strip() else set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plugins"], ["games"], ["algorithms"]])
def test_a_light_command_loads_nothing_heavy(arguments):
    assert loaded_by(*arguments) == set()


def test_a_dry_run_loads_no_torch():
    assert not loaded_by("--dry-run", "+experiment=random_catch") & {"torch", "tianshou", "ale_py", "av"}
