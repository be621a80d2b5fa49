"""Runs, models and films in the data root of the one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.robot import Robot

    from retroml_core.app import App


@pytest.fixture
def first_page() -> str:
    """Where most of these tests are at work."""
    return "experiments"


@pytest.fixture
def app(robot: Robot) -> App:
    """The app of the window."""
    return robot.window.app


@pytest.fixture
def desk(robot: Robot) -> Desk:
    """The desk of the window."""
    return robot.window.desk
