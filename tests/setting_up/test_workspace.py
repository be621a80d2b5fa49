"""When a set-up counts as complete, and what the workspace reads from the checkout."""

import pytest

from setting_up import workspace as module
from setting_up.faults import SetupFailed
from setting_up.workspace import Stamp, Workspace


@pytest.fixture
def ready(make_setup, workspace) -> Workspace:
    make_setup("dev").carry_out()
    assert workspace.is_ready(("dev",))
    return workspace


def test_fewer_groups_are_ready_too(ready):
    assert ready.is_ready(())


def test_another_group_is_not_ready(ready):
    assert not ready.is_ready(("docs",))


@pytest.mark.parametrize("file", ["constraints.txt", "pyproject.toml", "plugins/retroml-one/pyproject.toml"])
def test_a_changed_file_makes_it_run_again(ready, file):
    path = ready.root / file
    path.write_text(path.read_text() + "# changed\n")
    assert not ready.is_ready(())


def test_a_new_plugin_makes_it_run_again(ready):
    (ready.root / "plugins" / "retroml-two").mkdir()
    (ready.root / "plugins" / "retroml-two" / "pyproject.toml").write_text("")
    assert not ready.is_ready(())


def test_a_moved_checkout_makes_it_run_again(ready, tmp_path):
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    tmp_path.rename(moved)
    assert not Workspace(moved).is_ready(())


def test_a_driver_that_appears_makes_it_run_again(ready, monkeypatch):
    here = module.driver_files()
    monkeypatch.setattr(module, "driver_files", lambda: not here)
    assert not ready.is_ready(())


def test_a_missing_interpreter_makes_it_run_again(ready):
    ready.python.unlink()
    assert not ready.is_ready(())


def test_another_wanted_build_of_pytorch_makes_it_run_again(ready, monkeypatch):
    monkeypatch.setenv("RETROML_TORCH", "cpu")
    assert not ready.is_ready(())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', '{"key": "", "groups": null, "torch": ""}'])
def test_a_damaged_stamp_is_no_stamp(ready, text):
    (ready.venv / "retroml-setup.json").write_text(text)
    assert ready.stamp() == Stamp()
    assert not ready.is_ready(())


def test_the_pinned_version_is_read_whatever_the_case(tmp_path):
    (tmp_path / "constraints.txt").write_text("pytorch-x==1\nTorch==2.13.0\n")
    assert Workspace(tmp_path).pinned("torch") == "2.13.0"


def test_a_missing_pin_is_a_failure_in_words(tmp_path):
    (tmp_path / "constraints.txt").write_text("numpy==2\n")
    with pytest.raises(SetupFailed, match="which version of torch"):
        Workspace(tmp_path).pinned("torch")


def test_groups_are_read_from_the_project_file(workspace):
    assert workspace.group("dev") == ["pytest>=8", "ruff"]
