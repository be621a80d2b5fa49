"""A model outlives its run, is read without heavy imports, and is never written to by those who use it."""

import json
import os
import shutil
from dataclasses import replace

import pytest

from retroml_core.commands import evaluate as evaluate_command
from retroml_core.commands import models as models_command
from retroml_core.commands.sources import find_source
from retroml_core.faults import Fault
from retroml_core.runs.checkpoints import DamagedCheckpoint
from retroml_core.runs.models import ModelNotFound, choose_checkpoint, find_model, list_models, save_model
from retroml_core.runs.run import Run
from retroml_core.training.players import Players
from retroml_core.training.scorecard import Protocol, evaluate


@pytest.fixture
def trained(make_run, train, once):
    def make():
        run = make_run(learner={}, steps=4000)
        train(run)
        return run

    return once("for models", make)


@pytest.fixture
def model(app, trained):
    return save_model(app, trained, choose_checkpoint(trained, "latest"), "Catcher")


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_model_says_what_it_is(app, trained, model):
    assert (model.game, model.algorithm, model.run, model.seed) == ("catch", "learner", trained.id, 5)
    assert model.step == 4000
    assert model.full
    assert model.seconds > 0
    assert list_models(app.root) == [model]
    assert find_model(app.root, model.id[:12]) == find_model(app.root, "Catcher") == find_model(app.root, "latest") == model


def test_a_model_outlives_its_run_and_decides_as_the_run_did(app, trained, model):
    catch = find_source(app, model.id)[0]
    before = evaluate(app, trained, 4000, Protocol(episodes=3, seed=1))
    shutil.rmtree(trained.folder)
    after = evaluate(app, catch, 4000, Protocol(episodes=3, seed=1))
    assert replace(after, source=before.source) == before


def test_a_model_is_on_the_disk_before_it_has_its_name(app, trained, monkeypatch):
    synced = set()
    sync = os.fsync

    def note(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    model = save_model(app, trained, choose_checkpoint(trained))
    written = [path for path in model.folder(app.root).rglob("*") if path.is_file()]
    assert [path.name for path in written if path.stat().st_ino not in synced] == []


def test_evaluating_writes_nothing(app, model):
    folder = model.folder(app.root)
    before = contents(folder)
    evaluate(app, Run(folder), model.step, Protocol(episodes=2))
    assert contents(folder) == before


def test_the_same_seed_gives_the_same_scores_and_another_gives_others(app, model):
    run = Run(model.folder(app.root))
    cards = [evaluate(app, run, model.step, Protocol(episodes=8, seed=seed)) for seed in (3, 3, 4)]
    assert cards[0] == cards[1]
    assert cards[0].scores != cards[2].scores


def test_evaluation_can_be_called_off(app, model):
    assert evaluate(app, Run(model.folder(app.root)), model.step, Protocol(episodes=2), go_on=lambda: False) is None


def test_the_card_holds_what_shaped_the_scores(app, model, capsys):
    assert evaluate_command.main(app, [model.id, "--episodes", "2", "--seed", "9", "--greedy", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["protocol"] == {"episodes": 2, "seed": 9, "greedy": True, "max_steps": 27_000}
    assert card["environment"]["name"] == "catch"
    assert card["mean"] == sum(card["scores"]) / 2


def test_the_card_can_be_read_by_people(app, model, capsys):
    assert evaluate_command.main(app, ["Catcher", "--episodes", "2"]) == 0
    assert "over 2 whole games" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nothing"], ["latest", "--checkpoint", "77"], ["latest", "--checkpoint", "²"]])
def test_evaluating_what_is_not_there_is_said_in_words(app, trained, words):
    with pytest.raises(Fault, match=r"there is no run 'nothing'|has no checkpoint '(77|²)'"):
        evaluate_command.main(app, words)


def test_zero_episodes_are_wrong_use(app, trained):
    with pytest.raises(SystemExit) as stopped:
        evaluate_command.main(app, ["latest", "--episodes", "0"])
    assert stopped.value.code == 2


def test_a_damaged_checkpoint_makes_no_model(app, trained):
    checkpoint = choose_checkpoint(trained, "latest")
    (checkpoint.folder / "policy.safetensors").write_bytes(b"damaged")
    with pytest.raises(DamagedCheckpoint, match=r"policy\.safetensors"):
        save_model(app, trained, checkpoint)
    assert list_models(app.root) == []


def test_a_full_disk_leaves_no_half_model(app, trained, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("retroml_core.runs.models.write_json", full)
    with pytest.raises(OSError, match="No space left"):
        save_model(app, trained, choose_checkpoint(trained, "latest"))
    assert list(app.root.models.iterdir()) == []


def test_the_commands_save_list_and_delete(app, trained, capsys):
    assert models_command.main(app, ["save", trained.id, "--checkpoint", "latest", "--name", "Mine"]) == 0
    assert models_command.main(app, ["--json"]) == 0
    listed = json.loads(capsys.readouterr().out.partition("\n[")[2].join(["[", ""]))
    assert [entry["name"] for entry in listed] == ["Mine"]
    assert models_command.main(app, ["delete", "Mine"]) == 0
    assert list_models(app.root) == []
    assert len(list(app.root.trash.iterdir())) == 1


def test_no_models_is_an_answer(app, capsys):
    assert models_command.main(app, []) == 0
    assert "no models yet" in capsys.readouterr().out


def test_an_unreadable_model_is_left_out(app, model):
    (model.folder(app.root) / "model.json").write_text("{")
    assert list_models(app.root) == []
    with pytest.raises(ModelNotFound):
        find_model(app.root, model.id)


def test_a_run_without_checkpoints_says_how_to_get_one(app, make_run):
    run = make_run()
    with pytest.raises(Fault, match="retroml checkpoint"):
        choose_checkpoint(run)


def test_a_player_of_the_model_acts_as_one_of_the_run(app, trained, model):
    import numpy as np

    obs = np.random.default_rng(0).integers(0, 255, (100, 1, 32, 32), dtype=np.uint8)
    players = [Players(trained, app), Players(Run(model.folder(app.root)), app)]
    odds = [player.nearest(4000).decide(obs).probabilities for player in players]
    assert np.array_equal(odds[0], odds[1])
