"""The plugin as others get it: a wheel, installed into a folder, found by its entry point."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy so that the checkout stays clean; nothing is downloaded."""
    folder = tmp_path_factory.mktemp("wheel")
    program = "import sys, hatchling.build as build; print(build.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", program, str(folder)], cwd=HERE, capture_output=True, text=True, check=True)
    return folder / done.stdout.splitlines()[-1]


def test_the_wheel_holds_code_and_yaml(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("__init__.py", "reinforce.py", "py.typed", "conf/algorithm/reinforce_fast.yaml"):
        assert f"retroml_example/{name}" in names


def test_the_wheel_holds_no_tests(wheel):
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if "test" in name]


def test_the_wheel_asks_for_a_core_it_works_with(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        assert "Requires-Dist: retroml-core<1,>=0.1" in archive.read(name).decode()


def test_once_installed_it_appears_among_the_algorithms(wheel, tmp_path):
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target", str(site)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    environment = {**os.environ, "PYTHONPATH": str(site), "RETROML_HOME": str(tmp_path / "root")}
    # The folder comes first on the path, so the installed copy is the one that is found.
    where = "import retroml_example; print(retroml_example.__file__)"
    command = [sys.executable, "-c", where]
    found = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(site)
    command = [sys.executable, "-m", "retroml_core", "algorithms", "--json"]
    listed = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    offers = {offer["name"]: offer for offer in json.loads(listed.stdout)}
    assert offers["reinforce"]["title"] == "REINFORCE"
