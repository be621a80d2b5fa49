import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from retroml_core.training import provenance
from retroml_core.training.devices import Device
from retroml_core.training.provenance import _git, differences, gather, versions

ROOT = Path(__file__).parents[2]


@pytest.fixture
def surroundings():
    """What is here as it is: nothing is remembered from before."""
    return {}


def here(**parts):
    device = Device(name="cpu", title="CPU", why="asked for")
    return gather(device=device, threads=2, config_hash="abc", seed=7, attempt=1) | parts


def test_every_distribution_has_its_exact_version():
    found = versions()
    assert found["numpy"] == importlib.metadata.version("numpy")
    assert found["retroml-core"] == importlib.metadata.version("retroml-core")
    assert len(found) > 20


def test_it_names_what_a_result_depends_on(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = here()
    assert found["python"].startswith(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert found["environment_variables"]["OMP_NUM_THREADS"] == "3"
    assert (found["threads"], found["config_hash"], found["seed"]) == (2, "abc", 7)
    assert found["cpu"]["name"]
    assert found["system"]["os"]
    assert found["command_line"] == sys.argv


@pytest.fixture
def checkout(tmp_path):
    """A repository with one commit, and a folder in it."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    (tmp_path / "package").mkdir()
    (tmp_path / "file").write_text("as committed")
    for words in (["init", "--quiet"], ["add", "file"], [*who, "commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def commit_of(folder):
    answer = subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def test_the_commit_of_a_checkout_is_kept(checkout):
    assert _git(checkout) == {"commit": commit_of(checkout), "dirty": False}


def test_changes_that_were_not_committed_are_known_by_their_hash(checkout):
    (checkout / "file").write_text("changed")
    one = _git(checkout)
    (checkout / "file").write_text("changed again")
    other = _git(checkout)
    assert one["dirty"]
    assert other["dirty"]
    assert one["diff_sha256"] != other["diff_sha256"]


def test_a_folder_inside_the_repository_of_something_else_has_no_commit(checkout, tmp_path_factory):
    assert _git(checkout / "package") is None
    assert _git(tmp_path_factory.mktemp("elsewhere")) is None


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="these tests do not run from a checkout")
def test_a_run_from_a_checkout_names_its_commit():
    assert here()["git"]["commit"] == commit_of(ROOT)


def test_nothing_differs_from_itself():
    assert differences(here(), here()) == []


def test_a_quick_look_differs_in_nothing_from_all_that_is_gathered():
    assert differences(here(), provenance.here(Device(name="cpu", title="CPU", why=""), 2, {})) == []


class Distribution:
    """An installed plugin of somebody else."""

    name, version = "My_Plugin", "1.0"
    requires = ("numpy>=2", "rich; extra == 'pictures'", "Left_Pad>=1; python_version > '3'", "nonsense ===== 3")


def test_plugins_of_others_and_what_they_need_may_change_results(monkeypatch):
    point = importlib.metadata.EntryPoint("mine", "my_plugin", "retroml")
    vars(point)["dist"] = Distribution()
    monkeypatch.setattr("retroml_core.plugins.discovery.metadata.entry_points", lambda group: [point])
    assert set(provenance.weighty()) - set(provenance.MATTERS) == {"my-plugin", "left-pad"}
    before, after = (
        here(packages={"my_plugin": "1.0", "left-pad": "2.0"}),
        here(packages={"my_plugin": "1.1", "left-pad": "2.0"}),
    )
    assert differences(before, after) == ["my-plugin: 1.0 -> 1.1"]


def test_a_plugin_of_a_single_file_is_known_by_its_content():
    before, after = here(plugin_files={"mine": "a" * 64, "gone": "c" * 64}), here(plugin_files={"mine": "b" * 64})
    assert differences(before, after) == [
        "plugin gone.py: cccccccccccc -> not there",
        "plugin mine.py: aaaaaaaaaaaa -> bbbbbbbbbbbb",
    ]


def test_of_a_run_made_before_plugin_files_were_recorded_nothing_is_said():
    old, now = here(), here(plugin_files={"mine": "a" * 64})
    del old["plugin_files"]
    assert differences(old, now) == []


def test_differences_that_matter_are_listed():
    before = here(threads=1, device={"name": "cuda:0", "title": "GPU"})
    before["packages"] = {**before["packages"], "ale-py": "0.11.0", "rich": "1.0"}
    found = differences(before, here())
    assert f"ale-py: 0.11.0 -> {versions().get('ale-py')}" in found
    assert "threads: 1 -> 2" in found
    assert "device: cuda:0 -> cpu" in found
    assert not any(line.startswith("rich") for line in found)
