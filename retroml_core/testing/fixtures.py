"""The pytest fixtures of Retro ML's own tests, for those of a plugin: name them in its `tests/conftest.py`.

from retroml_core.testing.fixtures import app, home

__all__ = ["app", "home"]
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from retroml_core.app import App

__all__ = ["app", "home"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data root of this test: a folder of its own that does not exist yet. So no test sees what the user has."""
    path = tmp_path / "home"
    monkeypatch.setenv("RETROML_HOME", str(path))
    monkeypatch.setenv("RETROML_CONFIG", str(tmp_path / "config"))
    return path


@pytest.fixture
def app() -> Iterator[App]:
    """The app with every installed plugin, and an empty data root (`home`)."""
    from retroml_core.app import App

    with App.open() as opened:
        yield opened
