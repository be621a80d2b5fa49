"""The table of all runs, without a window."""

from __future__ import annotations

import pytest
from retroml_dearpygui.specs import ColumnSpec
from retroml_dearpygui.viewmodels.experiments import PAGE_SIZE, ExperimentsViewModel

from retroml_core import hookimpl
from retroml_core.events import RunState
from retroml_core.specs import RendererSpec


@pytest.fixture
def runs(desk):
    """`runs()` opens the table and shows what there is."""

    def open_table():
        made = ExperimentsViewModel(desk)
        made.tick()
        return made

    return open_table


def ids(table):
    return [row.id for row in table.rows]


def test_nothing_is_shown_before_there_are_runs(runs):
    table = runs()
    assert (table.loaded, table.rows, table.total, table.problem) == (True, [], 0, "")


def test_runs_are_shown_newest_first(runs, make_run):
    made = [make_run(number).id for number in (1, 2, 3)]
    assert ids(runs()) == made[::-1]


def test_a_run_made_elsewhere_appears_by_itself(runs, make_run, clock):
    table = runs()
    run = make_run()
    table.tick()
    assert table.rows == []
    clock.pass_by(10)
    table.tick()
    assert ids(table) == [run.id]


def test_typed_text_takes_effect_after_a_pause(runs, make_run, clock):
    make_run(1, name="Alpha")
    wanted = make_run(2, name="Beta")
    table = runs()
    table.set_text("bet")
    table.tick()
    assert table.total == 2
    clock.pass_by(0.1)
    table.set_text("beta")
    clock.pass_by(0.1)
    table.tick()
    assert table.total == 2
    clock.pass_by(0.1)
    table.tick()
    assert ids(table) == [wanted.id]


@pytest.mark.parametrize(
    ("refine", "numbers"),
    [
        (lambda table: table.set_game("tiny"), [3, 1]),
        (lambda table: table.set_algorithm("dqn"), [2]),
        (lambda table: table.set_state("failed"), [3]),
        (lambda table: (table.set_game("tiny"), table.set_state("completed")), [1]),
        (lambda table: (table.set_game("tiny"), table.clear_filters()), [3, 2, 1]),
    ],
)
def test_filters_combine(runs, make_run, refine, numbers):
    made = {
        1: make_run(1).id,
        2: make_run(2, game="catch", algorithm="dqn").id,
        3: make_run(3, state=RunState.FAILED).id,
    }
    table = runs()
    refine(table)
    assert ids(table) == [made[number] for number in numbers]


def test_filters_say_how_many_runs_they_would_leave(runs, make_run):
    make_run(1)
    make_run(2, state=RunState.FAILED)
    assert runs().facets == {"game": {"tiny": 2}, "algorithm": {"random": 2}, "state": {"completed": 1, "failed": 1}}


@pytest.mark.parametrize("descending", [True, False])
def test_any_column_of_the_app_sorts(runs, many, descending):
    many(5)
    table = runs()
    table.service.sync = lambda: None
    for column in table.columns:
        table.sort(column.key, descending)
        assert table.filter.order == column.order
        shown = [getattr(row, column.order) for row in table.rows]
        assert shown == sorted(shown, reverse=descending, key=lambda value: (value is not None, value))


def test_the_order_is_remembered(desk, runs):
    runs().sort("best", False)
    again = ExperimentsViewModel(desk)
    assert (again.filter.order, again.filter.descending) == ("best_score", False)


def test_a_remembered_order_that_no_longer_exists_is_passed_over(desk):
    desk.settings.remember("experiments", order="luck")
    assert ExperimentsViewModel(desk).filter.order == "created_at"


def test_pages_turn_and_stop_at_the_ends(desk, many):
    many(PAGE_SIZE + 5)
    table = ExperimentsViewModel(desk)
    table.reload()
    assert (table.pages, len(table.rows)) == (2, PAGE_SIZE)
    table.turn(5)
    assert (table.page, len(table.rows)) == (1, 5)
    table.turn(-5)
    assert (table.page, len(table.rows)) == (0, PAGE_SIZE)


def test_a_page_that_vanished_gives_way_to_the_last(desk, many, app):
    many(PAGE_SIZE + 1)
    table = ExperimentsViewModel(desk)
    table.reload()
    table.turn(1)
    table.sync()  # none of them has a folder
    assert (table.page, table.total) == (0, 0)


def test_a_filter_begins_at_the_first_page(desk, many):
    many(PAGE_SIZE + 5)
    table = ExperimentsViewModel(desk)
    table.reload()
    table.turn(1)
    table.set_game("pong")
    assert table.page == 0
    assert table.total == (PAGE_SIZE + 5) // 2


def test_runs_are_ticked_one_by_one_and_all_together(desk, many):
    many(PAGE_SIZE + 5)
    table = ExperimentsViewModel(desk)
    table.reload()
    table.select(table.rows[0].id, True)
    assert len(table.selected) == 1
    table.select_all()
    assert len(table.selected) == PAGE_SIZE + 5
    table.clear_selection()
    assert table.selected == set()


def test_deleting_asks_and_can_be_undone(runs, front, make_run):
    made = [make_run(number).id for number in (1, 2)]
    table = runs()
    table.select(made[0], True)
    table.delete(table.selected)
    assert table.total == 2
    assert front.questions[0].title == "Delete 1 run?"
    front.answer()
    assert (ids(table), table.selected) == ([made[1]], set())
    assert front.toasts[-1][0] == "1 run deleted"
    front.undos.pop()()
    assert ids(table) == made[::-1]


def test_a_run_at_work_is_not_deleted_and_says_why(runs, front, make_run, at_work):
    busy, idle = make_run(1), make_run(2)
    at_work(busy)
    table = runs()
    table.delete([busy.id, idle.id])
    front.answer()
    assert ids(table) == [busy.id]
    assert "stop it first" in front.toasts[-1][1]


def test_resuming_starts_a_process_for_what_was_interrupted(runs, front, make_run, desk):
    table = runs()
    started = []
    table.commands._start = lambda run: started.append(run.id)
    run = make_run(state=RunState.STOPPED, environment={"name": "tiny"})
    table.resume([run.id])
    assert started == [run.id]
    assert front.toasts[-1][0] == "1 run resumed"


@pytest.mark.parametrize(("state", "words"), [(RunState.COMPLETED, "used its whole budget"), (RunState.CREATED, "")])
def test_what_cannot_be_resumed_says_why(runs, front, make_run, state, words):
    table = runs()
    table.commands._start = lambda run: None
    table.resume([make_run(state=state).id])
    assert words in front.toasts[-1][1]


def test_a_duplicate_is_a_new_run_with_a_seed_of_its_own(runs, make_run, app):
    from retroml_core.config.composing import save_config
    from retroml_core.testing import tiny_config

    run = make_run()
    config = tiny_config(seed=3)
    config.id = run.id
    save_config(config, run.folder / "config.json")
    table = runs()
    started = []
    table.commands._start = started.append
    table.duplicate([run.id])
    (made,) = started
    assert made.id != run.id
    assert made.tree["parent"]["id"] == run.id
    assert made.tree["seed"] not in (None, 3)
    assert table.total == 2


def test_a_vanished_data_folder_is_told(runs, make_run, app, clock):
    make_run()
    table = runs()
    app.root.path.rename(app.root.path.with_name("elsewhere"))
    clock.pass_by(60)
    table.tick()
    assert " is gone: connect its disk" in table.problem
    assert table.rows == []
    app.root.path.with_name("elsewhere").rename(app.root.path)
    clock.pass_by(60)
    table.tick()
    assert (table.problem, table.total) == ("", 1)


def test_a_broken_run_folder_is_named_and_the_others_are_shown(runs, make_run):
    run, broken = make_run(1), make_run(2)
    (broken.folder / "config.json").write_text("{", encoding="utf-8")
    table = runs()
    assert ids(table) == [run.id]
    assert broken.id in table.notice


class WithColumns:
    @hookimpl
    def retroml_desktop_columns(self):
        return [
            ColumnSpec(name="double", title="Double", summary="", factory="columns:double"),
            ColumnSpec(name="broken", title="Broken", summary="", factory="columns:broken"),
        ]


def test_columns_of_plugins_stand_beside_those_of_the_app(app, desk, make_run, monkeypatch):
    monkeypatch.setattr("retroml_dearpygui.viewmodels.run_columns.resolve", lambda factory: FACTORIES[factory[-6:]])
    app.plugins.register(WithColumns(), "columns")
    desk.settings.set(mode=2)
    make_run(3)
    table = ExperimentsViewModel(desk)
    table.tick()
    assert table.show_column("double").text(table.rows[0]) == "6"
    assert table.show_column("broken").text(table.rows[0]) == ""
    assert any("broke" in str(failure) for failure in app.plugins.failures)


def _broken(row):
    raise RuntimeError("broke")


FACTORIES = {"double": lambda row: row.seed * 2, "broken": _broken}


@pytest.fixture
def films_of_several(app):
    """A kind of film that shows several runs."""
    needs = frozenset({"tape", "others"})
    spec = RendererSpec(name="duel", title="Duel", summary="", config=object, factory="nowhere:build", needs=needs)
    app.registry.renderers["duel"] = spec


def test_runs_of_one_game_race(runs, make_run, front, films_of_several):
    made = [make_run(number).id for number in (1, 2, 3)]
    table = runs()
    table.race(made)
    assert front.places == [("videos", {"race": ",".join(made)})]


@pytest.mark.parametrize(("games", "said"), [(["tiny"], "at least two"), (["tiny", "pong"], "one game")])
def test_what_cannot_race_is_told(runs, make_run, front, films_of_several, games, said):
    made = [make_run(number, game=game).id for number, game in enumerate(games)]
    table = runs()
    table.race(made)
    assert said in front.toasts[-1][1]
    assert front.places == []


def test_a_race_without_its_plugin_is_told(runs, make_run, front):
    runs().race([make_run(1).id, make_run(2).id])
    assert "needs a plugin" in front.toasts[-1][1]
