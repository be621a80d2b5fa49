"""The fixtures that every test relies on."""

import os
from pathlib import Path


def test_each_test_has_a_data_root_of_its_own(home, tmp_path):
    assert Path(os.environ["RETROML_HOME"]) == home
    assert home.is_relative_to(tmp_path)
    assert not home.exists()


def test_the_app_keeps_its_data_there(app, home):
    assert app.root.path == home


def test_the_app_has_the_installed_plugins(app):
    assert {"breakout", "catch"} <= set(app.registry.games)
    assert app.plugins.failures == []
