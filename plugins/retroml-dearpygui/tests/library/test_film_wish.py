"""The question what film to make, without a window."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from retroml_dearpygui.viewmodels.film_wish import FilmWish

from retroml_core import param
from retroml_core.events import RunState
from retroml_core.files import write_json
from retroml_core.runs.state import RunStatus, status_json
from retroml_core.specs import RendererSpec


@dataclass
class StripConfig:
    """The settings of a kind of film."""

    name: str = "strip"
    episode: int | None = param(None, ge=1, help="The game.")
    begin: str = param("", help="Where it begins.")
    steady: bool = param(True, help="Whether it stands still.")
    hidden: int = param(1, help="For few.", advanced=True)


def spec(name, *needs):
    return RendererSpec(
        name=name,
        title=name.title(),
        summary=f"About {name}.",
        config=StripConfig,
        factory="nowhere:build",
        needs=frozenset(needs),
    )


@pytest.fixture
def begun():
    """What was asked for, as (run id, renderer, options)."""
    return []


@pytest.fixture
def wish(app, desk, begun):
    app.registry.renderers.update({one.name: one for one in (spec("strip", "tape"), spec("duel", "tape", "others"))})
    return FilmWish(desk, lambda run, renderer, options: begun.append((run.id, renderer, options)))


@pytest.fixture
def three(make_run):
    """Runs of one game that have trained, by id."""
    runs = [make_run(number) for number in (1, 2, 3)]
    for run in runs:
        status = RunStatus(state=RunState.COMPLETED, step=100, seconds=5.0)
        write_json(run.folder / "state.json", status_json(status))
    return [run.id for run in runs]


@pytest.fixture
def one(three):
    """One of them."""
    return three[0]


def test_runs_that_have_trained_are_offered(wish, trained, make_run):
    make_run()
    wish.ask()
    assert [source.id for source in wish.sources] == [trained.id]
    assert wish.wanted == trained.id


def test_settings_are_told_from_what_the_run_says(wish, trained):
    wish.ask(trained.id)
    wish.choose_renderer("strip")
    assert wish.form.value("film.height") == trained.config(wish.desk.app).film.height
    assert wish.form.value("kind.episode") is None
    assert {"film.length", "film.renderers"}.isdisjoint(wish.form.fields)


def test_only_what_was_changed_is_asked_for(wish, one, begun):
    wish.ask(one)
    wish.choose_renderer("strip")
    wish.put("film.layout", "square")
    wish.edit("film.height", "480")
    wish.put("film.overlays.score", False)
    wish.edit("kind.episode", "3")
    wish.put("kind.steady", False)
    wish.make()
    (run_id, renderer, options), *_ = begun
    assert (run_id, renderer) == (one, "strip")
    assert (options.layout, options.height, options.fps, options.hide) == ("square", 480, None, ("score",))
    assert options.settings == {"episode": "3", "steady": "false"}


def test_settings_of_the_picture_stay_when_the_kind_changes(wish, one):
    wish.ask(one)
    wish.choose_renderer("strip")
    wish.edit("film.height", "480")
    wish.edit("kind.episode", "3")
    wish.choose_renderer("unknown")
    assert wish.form.changes == ["film.height"]


@pytest.mark.parametrize(("key", "text"), [("film.height", "tall"), ("film.height", "9"), ("kind.episode", "0")])
def test_a_wrong_setting_is_told_and_nothing_is_made(wish, one, begun, key, text):
    wish.ask(one)
    wish.choose_renderer("strip")
    wish.edit(key, text)
    wish.make()
    assert (bool(wish.form.fault(key)), "marked red" in wish.problem, begun) == (True, True, [])
    wish.revert(key)
    wish.make()
    assert len(begun) == 1


def test_a_race_needs_another_run(wish, three, begun):
    wish.ask(three[0])
    wish.choose_renderer("duel")
    wish.make()
    assert ("one more run" in wish.problem, begun) == (True, [])
    assert "retroml " not in wish.problem


def test_a_race_shows_the_runs_chosen_beside(wish, three, begun):
    wish.ask(three[0], others=[three[1]])
    assert wish.renderer == "duel"
    assert [source.id for source in wish.rivals] == [three[2]]
    wish.add_other(three[2])
    wish.drop_other(three[1])
    wish.make()
    assert [folder.name for folder in begun[0][2].others] == [three[2]]


def test_one_run_alone_is_filmed_without_those_chosen_before(wish, three, begun):
    wish.ask(three[0], others=[three[1]])
    wish.choose_renderer("strip")
    wish.make()
    assert begun[0][2].others == ()


def test_a_run_of_another_game_is_not_offered_beside(wish, three, app):
    wish.ask(three[0], others=[three[1]])
    wish.sources = [*wish.sources, type(wish.sources[0])(id="far", game="pong", words="Far")]
    assert "far" not in [source.id for source in wish.rivals]
    wish.choose_run("far")
    assert (wish.others, wish.rivals) == ([], [])


def test_the_run_filmed_is_not_beside_itself(wish, three):
    wish.ask(three[0], others=[three[1]])
    wish.choose_run(three[1])
    assert wish.others == []
    wish.add_other(three[1])
    assert wish.others == []
