from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pytest

from retroml_core.app import App
from retroml_core.testing.apps import tiny_app

DATA = Path(__file__).parents[1] / "data"
BAD = DATA / "retroml-bad"


@pytest.fixture
def app(tmp_path) -> App:
    """The core alone, with the tiny game."""
    return tiny_app(tmp_path / "home")


@pytest.fixture(scope="session")
def installed() -> App:
    """The app with every installed plugin; nothing is written to its data root."""
    return App.open()


def write_distribution(folder: Path, name: str, version: str, entry_points: dict[str, str], requires: list[str]) -> None:
    """The metadata that an installation would leave in `folder`."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
    lines = "".join(f"{key} = {value}\n" for key, value in entry_points.items())
    (info / "entry_points.txt").write_text(f"[retroml]\n{lines}")


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """A function that makes a distribution visible: (name, entry points, requirements, folder with its modules)."""
    imported = set(sys.modules)

    def make(name, entry_points, requires=("retroml-core",), modules=None, version="0.0.1"):
        site = tmp_path / f"site-{name}"
        write_distribution(site, name, version, entry_points, list(requires))
        monkeypatch.syspath_prepend(str(site))
        if modules is not None:
            monkeypatch.syspath_prepend(str(modules))
        return site

    yield make
    for module in set(sys.modules) - imported:
        if module.startswith(("retroml_bad", "dist_")):
            del sys.modules[module]


@pytest.fixture
def bad(distribution) -> Path:
    """tests/data/retroml-bad, as if it were installed."""
    project = tomllib.loads((BAD / "pyproject.toml").read_text())["project"]
    return distribution(
        project["name"], project["entry-points"]["retroml"], project["dependencies"], modules=BAD, version=project["version"]
    )


@pytest.fixture
def only(monkeypatch):
    """Hide installed plugins: only those of the given distributions are found."""
    find = importlib.metadata.entry_points

    def keep(*names: str) -> None:
        monkeypatch.setattr(
            importlib.metadata, "entry_points", lambda **which: [e for e in find(**which) if e.dist and e.dist.name in names]
        )

    return keep
