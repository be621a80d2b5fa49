"""Shared by all tests, those of plugins included: no test sees the data, the settings or the compiled caches of the user."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Generator

import hypothesis
import pytest

from retroml_core.testing.fixtures import app, home

__all__ = ["app", "home"]

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
    patient = [hypothesis.HealthCheck.too_slow]  # a busy machine is no fault of what is tested
    hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=patient)
    hypothesis.settings.load_profile("patient")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays to the end: nothing of it is looked through for garbage again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(config.stash[SESSION_HOME], ignore_errors=True)
