"""What a model is called when nobody says."""

from __future__ import annotations

import pytest

from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.labels import Labels, write_labels
from retroml_core.runs.models import save_model


@pytest.fixture
def save(app, make_run):
    """`save(run, score)` saves a model of a run on Catch without naming it; its name."""

    def save(run, score=None):
        meta = {} if score is None else {"score": score}
        return save_model(app, run, CheckpointStore(run.checkpoints_folder).save(1200, None, {}, meta, why="stop")).name

    return save


def test_the_name_tells_game_algorithm_and_score(save, make_run):
    assert save(make_run(game="catch", algorithm="random").run, 15.25) == "Catch RANDOM, score 15.2"


def test_without_a_score_it_tells_the_step(save, make_run):
    assert save(make_run(game="catch", algorithm="random").run) == "Catch RANDOM, 1,200 steps"


def test_the_name_that_a_run_was_given_wins(save, make_run):
    run = make_run(name="Old").run
    write_labels(run.folder, Labels(name="Champion"))
    assert save(run, 3.0) == "Champion, score 3.0"


def test_no_two_names_are_the_same(save, make_run):
    run = make_run(name="Mine").run
    assert [save(run, 3.0) for _ in range(3)] == ["Mine, score 3.0", "Mine, score 3.0 (2)", "Mine, score 3.0 (3)"]
