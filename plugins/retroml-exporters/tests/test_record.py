"""The JSON record and the schema that is shipped with it."""

import hashlib
import json
import re
from importlib.resources import files

import pytest
from retroml_exporters.record import JsonExporter, run_record
from retroml_exporters.settings import JsonConfig

from retroml_core.config.composing import from_tree, to_tree
from retroml_core.events import Event
from retroml_core.runs.eventlog import EventLog
from retroml_core.testing import tiny_app

SCHEMA = json.loads((files("retroml_exporters") / "run.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}


def faults(value, schema, at="record"):
    """What is wrong with `value` by the keywords of JSON Schema that ours uses; an unknown keyword is a fault as well."""
    found = []
    for keyword, wish in schema.items():
        found += KEYWORDS[keyword](value, wish, schema, at)
    return found


def is_a(value, name):
    if name == "null" or value is None or isinstance(value, bool):
        return (value is None) == (name == "null") and (isinstance(value, bool) == (name == "boolean"))
    return isinstance(value, TYPES[name])


def check_type(value, wish, schema, at):
    names = [wish] if isinstance(wish, str) else wish
    return [] if any(is_a(value, name) for name in names) else [f"{at} is {value!r}, not {names}"]


def check_properties(value, wish, schema, at):
    return [fault for name in wish if name in value for fault in faults(value[name], wish[name], f"{at}.{name}")]


def check_additional(value, wish, schema, at):
    others = [name for name in value if name not in schema.get("properties", {})]
    if wish is False:
        return [f"{at}.{name} is not known" for name in others]
    return [fault for name in others for fault in faults(value[name], wish, f"{at}.{name}")]


def nothing(*_):
    return []


KEYWORDS = {
    "$schema": nothing,
    "title": nothing,
    "description": nothing,
    "type": check_type,
    "properties": check_properties,
    "additionalProperties": check_additional,
    "required": lambda value, wish, schema, at: [f"{at}.{name} is missing" for name in wish if name not in value],
    "items": lambda value, wish, schema, at: [f for i, item in enumerate(value) for f in faults(item, wish, f"{at}[{i}]")],
    "enum": lambda value, wish, schema, at: [] if value in wish else [f"{at} is {value!r}, not one of {wish}"],
    "const": lambda value, wish, schema, at: [] if value == wish else [f"{at} is {value!r}, not {wish!r}"],
    "minimum": lambda value, wish, schema, at: (
        [f"{at} is below {wish}"] if isinstance(value, int | float) and value < wish else []
    ),
    "minLength": lambda value, wish, schema, at: [f"{at} is too short"] if len(value) < wish else [],
    "pattern": lambda value, wish, schema, at: [] if re.search(wish, value) else [f"{at} does not match {wish}"],
}


@pytest.fixture
def record(run, folder):
    JsonExporter(JsonConfig()).export([run], folder)
    return json.loads((folder / f"{run.id}.json").read_text())


def test_the_record_keeps_its_schema(record):
    assert faults(record, SCHEMA) == []


def test_the_record_of_a_run_that_has_not_begun_keeps_it_too(tmp_path):
    from retroml_core.runs.run import create_run
    from retroml_core.testing import tiny_config

    assert faults(run_record(create_run(tiny_app(tmp_path), tiny_config())), SCHEMA) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record.pop("seed"),
        lambda record: record.update(seed="7"),
        lambda record: record.update(extra=1),
        lambda record: record["status"].update(state="asleep"),
        lambda record: record["artifacts"][0].update(sha256="short"),
        lambda record: record["metrics"]["score"].pop("mean"),
    ],
)
def test_the_schema_finds_faults(record, spoil):
    spoil(record)
    assert len(faults(record, SCHEMA)) == 1


def test_the_config_can_be_taken_up_again(run, record, tmp_path):
    app = tiny_app(tmp_path / "other")
    assert to_tree(from_tree(record["config"], app)) == run.tree


def test_identity(run, record):
    assert (record["id"], record["seed"], record["game"], record["algorithm"]) == (run.id, 11, "tiny", "random")


def test_results_are_those_of_the_episodes(run, record):
    scores = run.curve("score").values
    assert record["results"]["episodes"] == 20
    assert record["results"]["score_best"] == max(scores)
    assert record["results"]["score_last"] == scores[-1]
    assert record["results"]["score_mean"] == pytest.approx(sum(scores) / 20)


def test_the_latest_histogram_of_each_name_is_kept(run):
    log = EventLog(run.events_folder, 2)
    for seq, counts in ((9001, [1, 2]), (9002, [3, 4])):
        data = {"name": "advantage/histogram", "update": 1, "low": -1.0, "high": 1.0, "counts": counts}
        log.write(Event(seq=seq, t=0.0, attempt=2, type="histogram", step=seq, data=data))
    log.close()
    record = run_record(run)
    assert record["histograms"] == {"advantage/histogram": {"step": 9002, "low": -1.0, "high": 1.0, "counts": [3, 4]}}
    assert faults(record, SCHEMA) == []


def test_metrics_have_their_range(run, record):
    values = run.curve("loss/value").values
    assert record["metrics"]["loss/value"] == {
        "count": 10,
        "first": values[0],
        "last": values[-1],
        "min": min(values),
        "max": max(values),
        "mean": pytest.approx(sum(values) / 10),
    }


def test_digests_are_those_of_the_files(run, record):
    for artifact in record["artifacts"]:
        data = (run.folder / artifact["path"]).read_bytes()
        assert artifact["sha256"] == hashlib.sha256(data).hexdigest()
        assert artifact["size_bytes"] == len(data)


def test_config_events_and_checkpoints_have_digests_and_changing_files_have_none(record):
    paths = [artifact["path"] for artifact in record["artifacts"]]
    assert {"config.json", "provenance.json", "events/0001.jsonl"} <= set(paths)
    assert any(path.startswith("checkpoints/") for path in paths)
    assert "state.json" not in paths


def test_digests_can_be_left_out(run):
    assert run_record(run, digests=False)["artifacts"] == []


def test_checkpoints_and_evaluations_are_listed(run, record):
    (checkpoint,) = record["checkpoints"]
    assert (run.folder / checkpoint["path"]).is_dir()
    assert checkpoint["full"] is True
    assert record["evaluations"][0]["scores"] == [3.0, 5.0]


def test_numbers_json_does_not_know_are_null(run):
    log = EventLog(run.events_folder, 2)
    data = {"update": 99, "seconds": 9.0, "metrics": {"loss/policy": float("nan")}}
    log.write(Event(seq=1000, t=0.0, attempt=2, type="update_finished", step=5000, data=data))
    log.close()
    assert run_record(run)["metrics"]["loss/policy"]["last"] is None


def test_provenance_and_status_stand_in_it(run, record):
    assert record["provenance"] == run.provenance()
    assert record["status"]["state"] == "completed"
