"""The set-up as a whole: order, stamp, resuming, failures."""

import os
from pathlib import Path

import pytest

from setting_up import steps
from setting_up.faults import SetupFailed
from setting_up.steps import remove, set_up, torn_installs
from setting_up.workspace import Stamp

EVERY_STEP = ["-m venv", "torch==", "hatchling", "--no-build-isolation", "import retroml_core"]


def test_the_steps_run_in_order(make_setup, machine):
    make_setup().carry_out()
    lines = [" ".join(command) for command in machine.commands]
    acting = [words for line in lines for words in EVERY_STEP if words in line]
    assert acting == EVERY_STEP


def test_a_complete_set_up_is_ready(make_setup, workspace):
    assert not workspace.is_ready(())
    make_setup().carry_out()
    assert workspace.is_ready(())


@pytest.mark.parametrize("step", EVERY_STEP)
def test_a_failed_step_leaves_it_incomplete(make_setup, machine, workspace, step):
    machine.fails_at = step
    with pytest.raises(SetupFailed):
        make_setup().carry_out()
    assert not workspace.is_ready(())


@pytest.mark.parametrize("step", EVERY_STEP)
def test_a_failed_renewal_leaves_it_incomplete(make_setup, machine, workspace, step):
    make_setup().carry_out()
    machine.fails_at, machine.pip_is_broken = step, True
    with pytest.raises(SetupFailed):
        make_setup().carry_out()
    assert not workspace.is_ready(())


def test_after_a_failure_the_next_call_keeps_the_environment_and_completes(make_setup, machine, workspace):
    machine.fails_at = "--no-build-isolation"
    with pytest.raises(SetupFailed):
        make_setup().carry_out()
    machine.fails_at = ""
    make_setup().carry_out()
    assert workspace.is_ready(())
    assert len(machine.ran("-m venv")) == 1


def test_a_broken_environment_is_made_anew(make_setup, machine, workspace):
    make_setup().carry_out()
    leftover = workspace.venv / "leftover"
    leftover.touch()
    machine.pip_is_broken = True
    make_setup().carry_out()
    assert len(machine.ran("-m venv")) == 2
    assert not leftover.exists()


def test_a_half_made_environment_is_made_anew(make_setup, machine, workspace):
    workspace.venv.mkdir()
    make_setup().carry_out()
    assert len(machine.ran("-m venv")) == 1
    assert workspace.is_ready(())


def test_core_and_plugins_are_installed_in_one_call_without_isolation_with_exact_versions(make_setup, machine, workspace):
    make_setup().carry_out()
    (call,) = machine.ran(" -e ")
    assert call[call.index("-c") + 1] == str(workspace.constraints)
    assert "--no-build-isolation" in call
    folders = [call[i + 1] for i, word in enumerate(call) if word == "-e"]
    assert folders == [str(workspace.root), str(workspace.root / "plugins" / "retroml-one")]


def test_every_installation_is_held_to_the_constraints(make_setup, machine, workspace):
    make_setup("dev").carry_out()
    installs = machine.ran("pip install")
    assert len(installs) == 3
    assert all(str(workspace.constraints) in call for call in installs)


def test_development_tools_are_installed_only_when_asked_for(make_setup, machine):
    make_setup().carry_out()
    assert not machine.ran("pytest>=8")
    make_setup("dev").carry_out()
    assert len(machine.ran("pytest>=8")) == 1


def test_groups_installed_before_stay(make_setup, machine, workspace):
    make_setup("dev").carry_out()
    make_setup("docs").carry_out()
    assert workspace.is_ready(("dev", "docs"))
    assert machine.ran("--no-build-isolation")[-1][-3:] == ["pytest>=8", "ruff", "mkdocs"]


def test_no_gpu_is_looked_for_when_the_cpu_build_is_asked_for(make_setup, monkeypatch, workspace):
    monkeypatch.setenv("RETROML_TORCH", "cpu")
    setup = make_setup()
    setup.find_gpu = lambda: pytest.fail("looked for a GPU")
    setup.carry_out()
    assert workspace.stamp().torch == "cpu"


def test_the_wish_for_the_cpu_build_is_remembered(make_setup, monkeypatch, workspace):
    monkeypatch.setenv("RETROML_TORCH", "cpu")
    make_setup().carry_out()
    monkeypatch.delenv("RETROML_TORCH")
    assert workspace.is_ready(())
    again = make_setup("dev")
    again.find_gpu = lambda: pytest.fail("looked for a GPU")
    again.carry_out()
    assert workspace.stamp().torch == "cpu"


def test_it_says_so_when_pytorch_cannot_use_the_driver(make_setup, monkeypatch):
    monkeypatch.setattr(steps, "driver_files", lambda: True)
    setup = make_setup()
    setup.carry_out()
    assert "training runs on the processor" in setup.progress.stream.getvalue()


def test_nothing_is_said_about_gpus_where_there_is_none(make_setup, monkeypatch):
    monkeypatch.setattr(steps, "driver_files", lambda: False)
    setup = make_setup()
    setup.carry_out()
    assert "NVIDIA" not in setup.progress.stream.getvalue()


def test_a_failure_shows_the_end_of_the_output_and_what_it_means(make_setup, machine):
    machine.fails_at, machine.output = "torch==", "\n".join(["noise"] * 50 + ["OSError: [Errno 28] No space left on device"])
    with pytest.raises(SetupFailed) as failure:
        make_setup().carry_out()
    assert "No space left on device" in str(failure.value)
    assert "The disk is full" in str(failure.value)
    assert str(failure.value).count("noise") < 20


def test_an_interpreter_that_cannot_be_started_is_a_failure_in_words(make_setup, machine):
    machine.fails_at, machine.raises = "-m venv", PermissionError(13, "Permission denied")
    with pytest.raises(SetupFailed, match="could not be written"):
        make_setup().carry_out()


@pytest.fixture
def set_up_with(monkeypatch, workspace, machine):
    """`set_up` with the fake machine in place of the real one."""
    monkeypatch.setenv("RETROML_TORCH", "cpu")
    return lambda: set_up(workspace, ("dev",), machine.run)


def test_success_is_0(set_up_with, workspace):
    assert set_up_with() == 0
    assert workspace.is_ready(("dev",))


def test_what_another_process_has_just_set_up_is_not_done_again(set_up_with, machine):
    assert set_up_with() == 0
    machine.commands.clear()
    assert set_up_with() == 0
    assert machine.commands == []


def test_failure_is_1_and_says_how_to_go_on(set_up_with, machine, capsys):
    machine.fails_at = "torch=="
    assert set_up_with() == 1
    assert "Run the same command again" in capsys.readouterr().err


def test_interruption_is_130_and_leaves_it_incomplete(set_up_with, machine, workspace, capsys):
    machine.fails_at, machine.raises = "--no-build-isolation", KeyboardInterrupt()
    assert set_up_with() == 130
    assert not workspace.is_ready(())
    assert "interrupted" in capsys.readouterr().err


def test_a_stamp_that_cannot_be_written_is_explained(set_up_with, monkeypatch, workspace, capsys):
    def full(self, stamp):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(workspace), "write_stamp", full)
    assert set_up_with() == 1
    assert "The disk is full" in capsys.readouterr().err


def _package(venv: Path, name: str, files: dict[str, str]) -> Path:
    folder = venv / "lib" / "python3.11" / "site-packages" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text)
    return folder


@pytest.mark.parametrize(
    "files", [{"METADATA": "x"}, {"RECORD": "x"}, {"INSTALLER": "pip"}, {"RECORD": "", "INSTALLER": "pip"}]
)
def test_metadata_without_its_last_files_is_torn(tmp_path, files):
    torn = _package(tmp_path, "torch-2.13.0.dist-info", files)
    assert torn_installs(tmp_path) == [torn]


def test_a_finished_installation_is_not_torn(tmp_path):
    _package(tmp_path, "torch-2.13.0.dist-info", {"RECORD": "x", "INSTALLER": "pip"})
    assert torn_installs(tmp_path) == []


def test_a_package_that_pip_moved_aside_is_torn(tmp_path):
    aside = _package(tmp_path, "~orch", {})
    assert torn_installs(tmp_path) == [aside]


def test_torn_installations_are_removed_so_that_pip_installs_them_again(make_setup, workspace):
    make_setup().carry_out()
    torn = _package(workspace.venv, "torch-2.13.0.dist-info", {"METADATA": "x"})
    workspace.write_stamp(Stamp())
    make_setup().carry_out()
    assert not torn.exists()


def test_what_cannot_be_removed_is_explained(tmp_path):
    with pytest.raises(SetupFailed, match="could not be removed"):
        remove(tmp_path / "absent")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_removing_a_link_leaves_what_it_points_to(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.mkdir()
    link.symlink_to(target)
    remove(link)
    assert target.exists()
    assert not link.exists()


# --- the window first -------------------------------------------------------------------------------------------------


@pytest.fixture
def trainer(workspace):
    """A plugin of the checkout that needs PyTorch."""
    folder = workspace.root / "plugins" / "retroml-trainer"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\ndependencies = ["numpy", "torch>=2.6"]\n')
    return folder


def test_the_window_is_set_up_without_pytorch_and_what_needs_it(make_setup, machine, workspace, trainer):
    setup = make_setup()
    setup.window = True
    setup.carry_out()
    lines = [" ".join(command) for command in machine.commands]
    assert not [line for line in lines if "torch" in line]
    assert not machine.ran(str(trainer))
    assert machine.ran(str(workspace.root / "plugins" / "retroml-one"))
    assert workspace.can_open()
    assert not workspace.is_ready(())


def test_the_rest_is_set_up_on_top_of_it(make_setup, machine, workspace, trainer):
    first = make_setup()
    first.window = True
    first.carry_out()
    make_setup().carry_out()
    assert machine.ran(str(trainer))
    assert len(machine.ran("-m venv")) == 1
    assert workspace.is_ready(())


def test_a_rest_that_fails_leaves_the_window_as_it_is(make_setup, machine, workspace):
    first = make_setup()
    first.window = True
    first.carry_out()
    machine.fails_at = "torch=="
    with pytest.raises(SetupFailed):
        make_setup().carry_out()
    assert workspace.can_open()
    assert not workspace.is_ready(())


def test_what_is_set_up_in_full_can_open_too(make_setup, workspace):
    assert not workspace.can_open()
    make_setup().carry_out()
    assert workspace.can_open()


@pytest.mark.parametrize("name", ["lib/python3.11/site-packages/torch", "Lib/site-packages/torch-2.13.0.dist-info"])
def test_pytorch_is_seen_where_it_lies(workspace, name):
    assert not workspace.has_torch()
    (workspace.venv / name).mkdir(parents=True)
    assert workspace.has_torch()
