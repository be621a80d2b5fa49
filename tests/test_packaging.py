"""What is built from each project of the workspace is complete, and the projects are released in lockstep."""

import configparser
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder

ROOT = Path(__file__).parents[1]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))
PROJECTS = [ROOT, *PLUGINS]


def project(folder: Path) -> dict:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def package(folder: Path) -> Path:
    return folder / ("retroml_core" if folder == ROOT else folder.name.replace("-", "_"))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> Iterator[dict[Path, zipfile.ZipFile]]:
    """The wheel of each project, built without isolation."""
    to = tmp_path_factory.mktemp("wheels")
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    built = {}
    for folder in PROJECTS:
        command = [sys.executable, "-c", code, str(to)]
        name = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split()[-1]
        built[folder] = zipfile.ZipFile(to / name)
    yield built
    for file in built.values():
        file.close()


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: package(folder).name)
def test_a_wheel_holds_all_of_its_package(folder, wheels):
    files = [path for path in package(folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {path.relative_to(folder).as_posix() for path in files} <= set(wheels[folder].namelist())


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: package(folder).name)
def test_a_wheel_announces_its_plugin(folder, wheels):
    (name,) = [name for name in wheels[folder].namelist() if name.endswith("entry_points.txt")]
    parser = configparser.ConfigParser()
    parser.read_string(wheels[folder].read(name).decode())
    assert dict(parser["retroml"]) == project(folder)["entry-points"]["retroml"]


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: package(folder).name)
def test_a_wheel_comes_with_its_licence(folder, wheels):
    (name,) = [name for name in wheels[folder].namelist() if name.endswith("dist-info/licenses/LICENSE")]
    assert wheels[folder].read(name) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_of_the_core_holds_its_configs(wheels):
    configs = {path.relative_to(ROOT).as_posix() for path in (ROOT / "conf").rglob("*.yaml")}
    assert {f"retroml_core/{name}" for name in configs} <= set(wheels[ROOT].namelist())


def test_the_source_of_the_core_is_what_builds_and_tests_it():
    held = {Path(file.relative_path).parts[0] for file in SdistBuilder(str(ROOT)).recurse_included_files()}
    assert held == {"retroml_core", "conf", "tests"}


def test_extras_bring_plugins_that_fit():
    extras = [need for needs in project(ROOT)["optional-dependencies"].values() for need in needs]
    assert {need for need in extras if not need.startswith("retroml-core[")} == {
        f"{folder.name}>=0.1,<1" for folder in PLUGINS if folder.name != "retroml-example"
    }


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda folder: folder.name)
def test_a_plugin_has_the_version_of_the_core_and_says_which_core_it_needs(folder):
    assert project(folder)["version"] == project(ROOT)["version"]
    assert [need for need in project(folder)["dependencies"] if need.startswith("retroml-")] == ["retroml-core>=0.1,<1"]


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: package(folder).name)
def test_every_package_is_typed_and_described(folder):
    assert (package(folder) / "py.typed").exists()
    assert len((folder / "README.md").read_text(encoding="utf-8")) > 40
    assert project(folder)["license"].startswith("MIT")


def test_every_dependency_has_an_exact_version():
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in constraints()}
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    needs = [need for folder in PROJECTS for need in project(folder)["dependencies"]]
    names = {name_of(need) for need in [*needs, *groups["dev"], *groups["docs"], "hatchling", "editables", "setuptools"]}
    assert {name for name in names if not name.startswith("retroml-")} <= pinned


def test_the_constraints_are_exact_versions_that_any_build_can_meet():
    assert [line for line in constraints() if line.count("==") != 1 or "+" in line or "@" in line] == []


def constraints() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def name_of(requirement: str) -> str:
    """The normalised name at the start of a requirement."""
    name = requirement
    for mark in "=<>!~[; ":
        name = name.partition(mark)[0]
    return name.lower().replace("_", "-")
