"""CSV tables, read back with pandas and with the standard library."""

import csv
import math

import pandas
import pytest
from retroml_exporters.settings import CsvConfig
from retroml_exporters.tables import CsvExporter, write_table


def export(run, folder, units=None, **settings):
    exporter = CsvExporter(CsvConfig(**settings))
    exporter.units = units or {}
    return exporter.export([run], folder)


@pytest.fixture
def long(run, folder):
    path = export(run, folder, {"time/steps_per_second": "steps/s"}, wide=False)[0]
    return pandas.read_csv(path, float_precision="round_trip")


@pytest.fixture
def wide(run, folder):
    path = export(run, folder, {"time/steps_per_second": "steps/s"}, long=False)[0]
    return pandas.read_csv(path, float_precision="round_trip")


def test_the_long_table_has_one_row_a_number(run, long):
    events = run.events({"episode_finished", "update_finished"})
    expected = sum(len(event.data["metrics"]) if event.type == "update_finished" else 2 for event in events)
    assert len(long) == expected


@pytest.mark.parametrize("name", ["score", "loss/policy", "policy/entropy"])
def test_sums_are_exactly_those_of_the_run(run, long, name):
    assert math.fsum(long[long.metric == name].value) == math.fsum(run.curve(name).values)


def test_steps_and_seconds_are_those_of_the_run(run, long):
    curve, rows = run.curve("loss/value"), long[long.metric == "loss/value"]
    assert rows.step.tolist() == curve.steps
    assert rows.seconds.tolist() == curve.seconds


def test_every_row_says_run_and_seed(run, long):
    assert set(long.run_id) == {run.id}
    assert set(long.seed) == {11}


def test_units_stand_beside_the_numbers(long):
    units = dict(zip(long.metric, long.unit.fillna(""), strict=True))
    assert units["score"] == "points"
    assert units["episode/length"] == "steps"
    assert units["time/steps_per_second"] == "steps/s"
    assert units["loss/policy"] == ""


def test_the_wide_table_has_one_row_a_moment(wide):
    assert wide.kind.value_counts().to_dict() == {"episode": 20, "update": 10}


def test_the_wide_table_has_one_column_a_metric_with_its_unit(wide):
    assert wide.columns.tolist() == [
        "run_id",
        "seed",
        "kind",
        "step [steps]",
        "seconds [s]",
        "score [points]",
        "episode/length [steps]",
        "loss/policy",
        "loss/value",
        "policy/entropy",
        "time/steps_per_second [steps/s]",
    ]


def test_both_tables_hold_the_same_numbers(long, wide):
    assert math.fsum(wide["score [points]"].dropna()) == math.fsum(long[long.metric == "score"].value)
    assert wide["loss/value"].dropna().tolist() == long[long.metric == "loss/value"].value.tolist()


def test_what_was_not_told_at_a_moment_is_empty(wide):
    assert wide[wide.kind == "episode"]["loss/value"].isna().all()


def test_a_byte_order_mark_tells_spreadsheets_that_it_is_utf8(run, folder):
    for path in export(run, folder):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_each_table_can_be_left_out(run, folder):
    assert [path.name for path in export(run, folder, wide=False)] == [f"{run.id}.csv"]
    assert [path.name for path in export(run, folder, long=False)] == [f"{run.id}_wide.csv"]


def test_commas_quotes_and_letters_survive(tmp_path):
    row = ("a,b", 'say "x"', "é", 0.1)
    write_table(tmp_path / "table.csv", [row])
    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["a,b", 'say "x"', "é", "0.1"]]


def test_numbers_that_are_not_finite_are_written_as_words(tmp_path):
    write_table(tmp_path / "table.csv", [("value",), (float("nan"),), (float("inf"),)])
    values = pandas.read_csv(tmp_path / "table.csv", skip_blank_lines=False).value
    assert math.isnan(values[0])
    assert values[1] == math.inf
