"""The card in the desktop app, without a window."""

import dataclasses

import pytest
from retroml_dearpygui import offers
from retroml_dearpygui.testing import make_desk
from retroml_example.panel import comparison

from retroml_core.services import ExperimentService
from retroml_core.testing import TinyRun, tiny_run


@pytest.fixture
def best_of(app):
    """What is said of a run of the tiny game played by people with this score."""

    def say(human_score, scores):
        run = tiny_run(app.root.path, TinyRun(updates=len(scores) // 2, scores=scores))
        from retroml_core.testing import TINY_GAME

        app.registry.games["tiny"] = dataclasses.replace(TINY_GAME, human_score=human_score)
        desk, _ = make_desk(app)
        return comparison(desk, ExperimentService(app), run.id)

    return say


def test_the_app_finds_the_card(app):
    assert [panel.name for panel in offers.panels(app.plugins, "train.side")] == ["beside_people"]
    assert offers.panels(app.plugins, "run.detail") == []


def test_the_best_game_stands_beside_what_people_score(best_of):
    assert best_of(30.0, [3.0, 12.0]) == "Its best game had 12 points, people have 30 on average."


def test_a_game_nobody_measured_has_no_people(best_of):
    assert best_of(None, [3.0, 12.0]) == "Its best game had 12 points."


def test_a_game_whose_plugin_is_gone_has_no_people(app):
    run = tiny_run(app.root.path, TinyRun(updates=1, scores=[3.0, 12.0]))
    desk, _ = make_desk(app)
    assert comparison(desk, ExperimentService(app), run.id) == "Its best game had 12 points."
