"""A finished run to export."""

import pytest

from retroml_core.testing import TinyRun, tiny_run


@pytest.fixture
def run(tmp_path):
    """Ten updates, twenty games."""
    return tiny_run(tmp_path / "root", TinyRun(updates=10, seed=11))


@pytest.fixture
def folder(tmp_path):
    """Where to export to."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
