"""How much longer the run shown takes, in words."""

import pytest
from retroml_dearpygui.services.runbook import Look, RunBook
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.time_left import TimeLeftViewModel
from retroml_dearpygui.viewmodels.wording import between

from retroml_core.events import RunState
from retroml_core.files import write_json
from retroml_core.runs.state import RunStatus

ID = "20261123t041502-pong-ppo-7k3f9dq2mx"


@pytest.fixture
def show(desk, tmp_path):
    """Let the runs be seen so; the folder of the run holds `config`."""
    model, runs = desk.viewmodel(TimeLeftViewModel), desk.viewmodel(RunsViewModel)

    def seen(config=None, **status):
        folder = tmp_path / ID
        folder.mkdir(exist_ok=True)
        if config is not None:
            write_json(folder / "config.json", config)
        card = RunBook(desk.app.root)._make_card(folder, RunStatus(**status))
        live = (card,) if card.status.state.live else ()
        runs.look, runs.chosen = Look(live=live, recent=(card,)), ID
        runs.changed()
        model.tick()
        model.tick()
        return model

    return seen


HOUR = {
    "game": "pong",
    "algorithm": {"name": "ppo"},
    "environment": {"name": "atari"},
    "budget": {"hours": 1},
    "film": {"renderers": ["timelapse"], "length": "60"},
    "evaluation": {"episodes": 0},
}


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (0, 0, "about 0 s"),
        (-3, 40, "0 to 40 s"),
        (100, 110, "100 to 110 s"),
        (720, 900, "12 to 15 min"),
        (895, 905, "about 15 min"),
        (15_000, 16_500, "4.2 to 4.6 h"),
        (200_000, 260_000, "2.3 to 3.0 d"),
    ],
)
def test_a_time_that_is_not_known_exactly(least, most, words):
    assert between(least, most) == words


def test_the_time_left_of_the_run_shown_is_told(show):
    model = show(HOUR, state=RunState.RUNNING, seconds=1800.0, step=100_000, steps_per_second=55.0)
    assert 1800 < model.left.least < model.left.most
    assert model.words.endswith(" min")


def test_a_run_that_ended_has_none(show):
    show(HOUR, state=RunState.RUNNING, seconds=1800.0, step=100_000)
    assert show(state=RunState.COMPLETED, seconds=3600.0, step=200_000).words == "–"


@pytest.mark.parametrize("config", [None, {}, {**HOUR, "budget": {"centuries": 1}}])
def test_a_run_whose_config_says_nothing_has_none(show, config, front):
    assert show(config, state=RunState.RUNNING, seconds=1800.0, step=100_000).words == "–"
    assert (front.toasts, front.crashes) == ([], [])
