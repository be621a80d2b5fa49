"""What the tests of the app share."""

from collections.abc import Iterator

import pytest
from retroml_dearpygui.desk import Desk
from retroml_dearpygui.testing import FakeFront, make_desk

from retroml_core.app import App


@pytest.fixture
def front(desk: Desk) -> FakeFront:
    """What the user would have seen."""
    return desk.front  # type: ignore[return-value]


@pytest.fixture
def desk(app: App) -> Iterator[Desk]:
    """A desk without a window, whose background work is done at once."""
    desk, _ = make_desk(app)
    yield desk
    desk.close()
