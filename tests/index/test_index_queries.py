"""Questions to the index."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import insert, text
from sqlalchemy.dialects import sqlite

from retroml_core.events import RunState
from retroml_core.index import Index, RunFilter
from retroml_core.index.models import run, tag
from retroml_core.index.queries import ORDERS, runs_statement

GAMES = [f"game_{number}" for number in range(50)]
ALGORITHMS = ["ppo", "dqn", "a2c", "random"]
MANY = 20_000


def synthetic(number, rng):
    return {
        "id": f"run-{number:06d}",
        "name": f"Number {number}",
        "game": rng.choice(GAMES),
        "algorithm": rng.choice(ALGORITHMS),
        "environment": "atari",
        "preset": "short",
        "state": rng.choices([str(RunState.COMPLETED), str(RunState.FAILED)], [99, 1])[0],
        "created_at": number * 1000,
        "best_score": rng.random(),
        "config_hash": "",
        "signature": {},
    }


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    from retroml_core.runs.roots import DataRoot

    root = DataRoot(tmp_path_factory.mktemp("many"))
    index, rng = Index.open(root), random.Random(1)
    rows = [synthetic(number, rng) for number in range(MANY)]
    tags = [
        {"run_id": row["id"], "name": name, "created_at": row["created_at"]}
        for row in rows
        for name in rng.sample(["a", "b", "c"], rng.randrange(3))
    ]
    with index.store.write() as connection:
        connection.execute(insert(run), rows)
        connection.execute(insert(tag), tags)
    yield index, rows, tags
    index.close()


def expected(many, **conditions):
    _, rows, tags = many
    tagged = {name: {row["run_id"] for row in tags if row["name"] == name} for name in "abc"}
    wanted_tags = conditions.pop("tags", ())
    return [
        row["id"]
        for row in reversed(rows)
        if all(row[key] == value for key, value in conditions.items()) and all(row["id"] in tagged[t] for t in wanted_tags)
    ]


QUESTIONS = [
    {},
    {"game": "game_7"},
    {"algorithm": "dqn"},
    {"game": "game_7", "algorithm": "dqn"},
    {"states": (RunState.FAILED,)},
    {"tags": ("a",)},
    {"tags": ("a", "b")},
    {"tags": ("c",), "game": "game_3"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_the_newest_that_fit_are_listed_in_order(many, question):
    conditions = {"state" if key == "states" else key: value for key, value in question.items()}
    if "state" in conditions:
        conditions["state"] = str(conditions["state"][0])
    want = expected(many, **conditions)
    index = many[0]
    assert [found.id for found in index.runs(RunFilter(**question))] == want[:100]
    assert index.count(RunFilter(**question)) == len(want)


def plan(index, wanted):
    compiled = runs_statement(wanted).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with index.store.read() as connection:
        return " | ".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace(":", r"\:"))))


@pytest.mark.parametrize(
    ("question", "used"),
    [
        ({}, "ix_run_created_at"),
        ({"game": "game_7"}, "ix_run_game_created_at"),
        ({"algorithm": "dqn"}, "ix_run_algorithm_created_at"),
        ({"game": "game_7", "algorithm": "dqn"}, "ix_run_game_algorithm_created_at"),
        ({"states": (RunState.FAILED,)}, "ix_run_state_created_at"),
        ({"tags": ("a",)}, "ix_tag_name_created_at"),
        ({"tags": ("a", "b")}, "ix_tag_name_created_at"),
        ({"created_from": 5_000_000, "created_before": 6_000_000}, "ix_run_created_at"),
        ({"game": "game_7", "created_from": 5_000_000}, "ix_run_game_created_at"),
        ({"group": "seeds"}, "ix_run_group_name"),
        ({"parent": "run-000001"}, "ix_run_parent_id"),
        ({"order": "best_score"}, "ix_run_best_score"),
    ],
    ids=str,
)
def test_questions_go_through_a_database_index(many, question, used):
    assert used in plan(many[0], RunFilter(**question))


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_lists_by_date_need_no_sorting(many, question):
    """Only ties are put in order."""
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan(many[0], RunFilter(**question))


def test_a_stretch_of_time(many):
    found = many[0].runs(RunFilter(created_from=5000, created_before=8000))
    assert [row.created_at for row in found] == [7000, 6000, 5000]


def test_pages_follow_each_other(many):
    index = many[0]
    pages = [index.runs(RunFilter(limit=10, offset=start)) for start in (0, 10)]
    assert [found.id for page in pages for found in page] == [found.id for found in index.runs(RunFilter(limit=20))]


def test_no_limit_lists_all(many):
    assert len(many[0].runs(RunFilter(limit=None))) == MANY


@pytest.mark.parametrize("order", ORDERS)
def test_lists_can_be_sorted_either_way(many, order):
    index, rows, _ = many
    column = [row.get(order) for row in rows if row.get(order) is not None]
    if column:
        assert getattr(index.runs(RunFilter(order=order, limit=1))[0], order) == max(column)
        assert getattr(index.runs(RunFilter(order=order, descending=False, limit=1))[0], order) == min(column)


def test_an_unknown_order_names_the_known_ones(many):
    with pytest.raises(ValueError, match="cannot be sorted by 'luck': choose one of created_at, name"):
        many[0].runs(RunFilter(order="luck"))


@pytest.mark.parametrize("words", ["number 1234", "NUMBER 1234", "run-001234", "RUN-001234"])
def test_text_finds_names_and_ids_in_any_case(many, words):
    assert "run-001234" in [found.id for found in many[0].runs(RunFilter(text=words))]


@pytest.mark.parametrize("words", ["%", "_umber"])
def test_text_means_what_it_says(many, words):
    assert many[0].runs(RunFilter(text=words)) == []


@pytest.mark.parametrize("name", ["game", "algorithm", "state"])
def test_runs_are_counted_by_value(many, name):
    index, rows, _ = many
    assert index.facets()[name] == {value: len(expected(many, **{name: value})) for value in {row[name] for row in rows}}


def test_an_unknown_id_is_none(many):
    assert many[0].get("nothing") is None


def test_summaries_of_runs_without_curves_are_empty(many):
    assert many[0].summaries(["run-000001"]) == {"run-000001": []}
