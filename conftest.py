"""Shared by all tests, those of plugins included: no test sees the data, the settings or the compiled caches of the user."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from retroml_core.app import App

SESSION_HOME = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the whole session, its child processes and session-wide fixtures away from the user's data."""
    config.stash[SESSION_HOME] = tempfile.mkdtemp(prefix="retroml-tests-")
    for name in [name for name in os.environ if name.startswith("RETROML_")]:
        del os.environ[name]
    os.environ["RETROML_HOME"] = config.stash[SESSION_HOME]
    os.environ["RETROML_CONFIG"] = os.path.join(config.stash[SESSION_HOME], "config")  # noqa: PTH118  # a string
    os.environ["OMP_NUM_THREADS"] = "1"  # several tests run at a time; those of threads ask for theirs
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # compiling takes longer than all that the tests compute with it


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash[SESSION_HOME], ignore_errors=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data root of this test: a folder of its own that does not exist yet."""
    path = tmp_path / "home"
    monkeypatch.setenv("RETROML_HOME", str(path))
    return path


@pytest.fixture
def app() -> Iterator[App]:
    """The app with every installed plugin and an empty data root."""
    from retroml_core.app import App

    with App.open() as opened:
        yield opened
