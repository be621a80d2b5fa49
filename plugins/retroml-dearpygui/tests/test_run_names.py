"""A run has one name on all pages."""

import dataclasses

import pytest
from retroml_dearpygui.services.run_names import run_title


@dataclasses.dataclass(frozen=True)
class Row:
    id: str = "20261123t041502-pong-dqn-wnntngyeq9"
    name: str = ""
    game: str = "pong"
    algorithm: str = "dqn"


@pytest.mark.parametrize(
    ("row", "title"),
    [
        (Row(), "Pong · DQN · yeq9"),
        (Row(name="Mine"), "Mine"),
        (Row(game="gone", algorithm="older"), "gone · older · yeq9"),
        (Row(id="strange", game="strange", algorithm=""), "strange"),
    ],
)
def test_a_run_is_called_by_its_name_or_by_what_it_is_made_of(app, row, title):
    assert run_title(app, row) == title
