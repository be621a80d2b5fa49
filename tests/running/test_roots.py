import shutil
from pathlib import Path

import pytest

from retroml_core import hookimpl
from retroml_core.plugins.manager import PluginManager
from retroml_core.runs.roots import DataRoot, RootError, _windows_default, find_data_root


class Elsewhere:
    def __init__(self, path):
        self.path = path

    @hookimpl
    def retroml_data_root(self, app_name):
        return str(self.path / app_name)


def plugins_with(path):
    manager = PluginManager(discover=False)
    manager.register(Elsewhere(path), "elsewhere")
    return manager


def test_the_environment_variable_wins(tmp_path, monkeypatch):
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "mine"))
    assert find_data_root(plugins_with(tmp_path)).path == tmp_path / "mine"


def test_a_plugin_may_choose(tmp_path, monkeypatch):
    monkeypatch.delenv("RETROML_HOME", raising=False)
    assert find_data_root(plugins_with(tmp_path)).path == tmp_path / "RetroML"


def test_else_it_is_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("RETROML_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("retroml_core.runs.roots._local_volumes", dict)
    assert find_data_root().path.name == "RetroML"


def test_finding_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "mine"))
    find_data_root()
    assert not (tmp_path / "mine").exists()


def test_a_file_in_the_place_of_the_root_is_explained(tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "taken"))
    with pytest.raises(RootError, match=r"taken is a file; set RETROML_HOME"):
        find_data_root()


def test_prepare_makes_the_folders(tmp_path):
    root = DataRoot(tmp_path / "a" / "b")
    root.prepare()
    assert root.experiments.is_dir()
    assert root.cache.is_dir()


def test_a_root_that_cannot_be_written_to_is_named_with_advice(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RootError, match=r"cannot write to the data folder .*file.*RETROML_HOME"):
        DataRoot(tmp_path / "file" / "below").prepare()


def test_proving_makes_nothing(tmp_path):
    DataRoot(tmp_path / "a" / "b").prove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "use",
    [
        DataRoot.prepare,
        DataRoot.prove,
        DataRoot.run_folders,
        DataRoot.headless_folders,
        DataRoot.changed_at,
        lambda root: root.made(root.trash),
    ],
)
def test_a_root_that_is_gone_is_named_not_made_anew_and_used_again_once_it_is_back(tmp_path, use):
    root = DataRoot(tmp_path / "data")
    root.prepare()
    root.path.rename(tmp_path / "away")
    with pytest.raises(RootError, match=r"the data folder .*data is gone: connect its disk or put the folder back"):
        use(root)
    assert not root.path.exists()
    (tmp_path / "away").rename(root.path)
    use(root)


def test_the_empty_folder_of_a_disk_that_is_gone_is_no_root(tmp_path):
    DataRoot(tmp_path).prepare()
    root = DataRoot(tmp_path)
    shutil.rmtree(root.experiments)
    with pytest.raises(RootError, match="is gone"):
        root.run_folders()


def test_an_unreadable_root_is_named(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(RootError, match="cannot read the data folder"):
        DataRoot(tmp_path).run_folders()


def test_half_made_runs_are_not_listed(tmp_path):
    root = DataRoot(tmp_path)
    for name in ("20260101t000000-a-b-0", ".new-20260101t000000-a-b-1"):
        (root.experiments / name).mkdir(parents=True)
        (root.experiments / name / "config.json").write_text("{}")
    (root.experiments / "empty").mkdir()
    assert [folder.name for folder in root.run_folders()] == ["20260101t000000-a-b-0"]


def test_folders_that_lost_their_config_are_found(tmp_path):
    root = DataRoot(tmp_path)
    for name in ("lost", "empty", "whole", ".new-one"):
        (root.experiments / name / "checkpoints").mkdir(parents=True)
        if name != "empty":
            (root.experiments / name / "checkpoints" / "000000000001").mkdir()
    (root.experiments / "whole" / "config.json").write_text("{}")
    (root.experiments / "file").write_text("")
    assert [folder.name for folder in root.headless_folders()] == ["lost"]
    assert DataRoot(tmp_path / "none").headless_folders() == []


def test_no_runs_before_the_first(tmp_path):
    assert DataRoot(tmp_path / "none").run_folders() == []


def test_windows_takes_the_largest_volume():
    volumes = {Path("/c"): 100, Path("/d"): 900}
    assert _windows_default(volumes, Path("/c/users/me/RetroML")) == Path("/d/RetroML")


def test_windows_keeps_the_user_folder_on_the_largest_volume():
    assert _windows_default({Path("/c"): 900, Path("/d"): 100}, Path("/c/users/me/RetroML")) == Path("/c/users/me/RetroML")


def test_a_root_that_another_thread_makes_while_it_is_looked_for_is_not_gone(tmp_path, monkeypatch):
    root = DataRoot(tmp_path / "root")

    def made_just_after(path, **_):
        monkeypatch.undo()
        root.prepare()
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "stat", made_just_after)
    root.check()
    assert root.run_folders() == []
