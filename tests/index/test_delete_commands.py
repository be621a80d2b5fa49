"""`retroml delete` and `retroml restore`, and models in and out of the trash."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from retroml_core.commands import delete, models
from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.files import write_json
from retroml_core.index import RunFilter
from retroml_core.runs.models import Model, ModelNotFound
from retroml_core.runs.run import RunNotFound
from retroml_core.services import ExperimentService, ModelService


@pytest.fixture
def model(app):
    """A model folder as `save_model` leaves it, with one file in it."""
    made = Model(
        id="20261123t041501-pong-ppo-0000000001", name="Mine", game="pong", algorithm="ppo", run="r", checkpoint="1", step=1,
        seconds=2.0, score=3.0, seed=4, created_at="2026-11-23T04:15:01+00:00", full=True, size_bytes=5,
    )  # fmt: skip
    made.folder(app.root).mkdir()
    write_json(made.folder(app.root) / "model.json", {"v": 1, **vars(made)})
    write_json(made.folder(app.root) / "config.json", {})
    return made


def test_runs_are_deleted_and_taken_back(app, make_run, capsys):
    ids = [make_run(number).run.id for number in (1, 2)]
    assert delete.main(app, ids) == 0
    assert app.root.run_folders() == []
    assert delete.restore(app, [ids[0]]) == 0
    assert [folder.name for folder in app.root.run_folders()] == ids[:1]
    assert "taken back" in capsys.readouterr().out


def test_a_run_at_work_is_refused_and_the_others_go(app, make_run, at_work, capsys):
    busy, idle = make_run(1), make_run(2)
    at_work(busy)
    assert delete.main(app, [busy.run.id, idle.run.id]) == 1
    assert [folder.name for folder in app.root.run_folders()] == [busy.run.id]
    assert "stop it first" in capsys.readouterr().err


def test_nothing_is_deleted_when_one_id_is_unknown(app, make_run):
    run = make_run().run
    with pytest.raises(RunNotFound):
        delete.main(app, [run.id, "nothing"])
    assert run.folder.exists()


def test_the_trash_is_listed(app, make_run, capsys):
    assert delete.restore(app, []) == 0
    assert capsys.readouterr().out == "the trash is empty\n"
    delete.main(app, [make_run().run.id])
    capsys.readouterr()
    delete.restore(app, [])
    assert "pong-ppo" in capsys.readouterr().out


def test_what_was_done_is_told_as_json(app, make_run, at_work, capsys):
    busy, idle = make_run(1), make_run(2)
    at_work(busy)
    assert delete.main(app, [busy.run.id, idle.run.id, "--json"]) == 1
    assert [(one["id"], one["ok"]) for one in json.loads(capsys.readouterr().out)] == [
        (busy.run.id, False),
        (idle.run.id, True),
    ]


def test_the_trash_as_json(app, make_run, capsys):
    delete.main(app, [make_run().run.id])
    capsys.readouterr()
    assert delete.restore(app, ["--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert run["id"].endswith("pong-ppo-0000000001")
    assert run["deleted_at"].endswith("+00:00")


def test_an_id_that_fits_several_is_refused(app, make_run):
    delete.main(app, [make_run(number).run.id for number in (1, 2)])
    with pytest.raises(Fault, match="fits 2 in the trash"):
        delete.restore(app, ["2026"])


def test_a_model_deleted_by_command_is_in_the_trash_with_its_moment(app, model, capsys):
    assert models.main(app, ["delete", "Mine", "--json"]) == 0
    (done,) = json.loads(capsys.readouterr().out)
    assert delete.restore(app, ["--json"]) == 0
    (trashed,) = json.loads(capsys.readouterr().out)
    assert trashed["id"] == done["id"] == f"model-{model.id}"
    assert trashed["deleted_at"] is not None


def test_a_model_goes_to_the_trash_and_back(app, model):
    service = ModelService(app)
    service.delete("Mine")
    assert service.list() == []
    assert delete.restore(app, [f"model-{model.id}"]) == 0
    assert service.list() == [model]


def test_a_model_in_the_trash_is_not_a_run(app, model):
    ModelService(app).delete(model.id)
    with pytest.raises(RunNotFound):
        ExperimentService(app).restore(f"model-{model.id}")


def test_what_is_no_model_cannot_be_taken_back(app):
    with pytest.raises(ModelNotFound, match="in the trash"):
        ModelService(app).restore("nothing")


def test_a_model_is_not_restored_over_another(app, model):
    service = ModelService(app)
    service.delete(model.id)
    model.folder(app.root).mkdir()
    with pytest.raises(Fault, match="is there already"):
        service.restore(model.id)


def test_a_model_is_packed_with_all_its_files(app, model, tmp_path):
    packed = ModelService(app).pack(model.id, tmp_path / "mine.zip")
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == [f"{model.id}/config.json", f"{model.id}/model.json"]


@pytest.mark.parametrize("words", ["breakout", "DQN", "Mine", "some words", "fast"])
def test_text_is_looked_for_wherever_people_wrote_it(app, make_run, words):
    wanted = make_run(1, game="breakout", algorithm="dqn", name="Mine", notes="Some words", tags=["fast"])
    make_run(2, game="pong")
    app.index.sync()
    assert [row.id for row in app.index.runs(RunFilter(text=words))] == [wanted.run.id]


def test_runs_are_sorted_by_state(app, make_run):
    make_run(1).status(state=RunState.STOPPED)
    make_run(2).status(state=RunState.COMPLETED)
    app.index.sync()
    rows = app.index.runs(RunFilter(order="state", descending=False))
    assert [row.state for row in rows] == [RunState.COMPLETED, RunState.STOPPED]


class Terminal(io.StringIO):
    """Somebody at a terminal who answers."""

    def isatty(self):
        return True


@pytest.fixture
def answer(monkeypatch):
    return lambda word: monkeypatch.setattr("sys.stdin", Terminal(f"{word}\n"))


@pytest.fixture
def thrown_away(app, make_run):
    """The folder of a run in the trash."""
    run = make_run().run
    ExperimentService(app).delete(run.id)
    return app.root.trash / run.id


def test_emptying_the_trash_asks_and_takes_no_for_an_answer(app, thrown_away, answer, capsys):
    answer("")
    assert delete.main(app, ["--empty-trash"]) == 1
    assert thrown_away.is_dir()
    assert "1 thing in the trash" in capsys.readouterr().err


def test_the_trash_is_emptied_once_that_is_wanted(app, thrown_away, answer, capsys):
    answer("Yes")
    assert delete.main(app, ["--empty-trash"]) == 0
    assert not thrown_away.exists()
    assert "were freed" in capsys.readouterr().out


def test_where_nobody_can_be_asked_the_trash_is_emptied_with_yes_alone(app, thrown_away, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    with pytest.raises(Fault, match="add --yes"):
        delete.main(app, ["--empty-trash"])
    assert delete.main(app, ["--empty-trash", "--yes", "--json"]) == 0
    assert not thrown_away.exists()
    assert json.loads(capsys.readouterr().out)["deleted"] == 1


@pytest.mark.parametrize("words", [[], ["latest", "--empty-trash"]])
def test_either_runs_or_the_trash(app, words):
    with pytest.raises(SystemExit):
        delete.main(app, words)
