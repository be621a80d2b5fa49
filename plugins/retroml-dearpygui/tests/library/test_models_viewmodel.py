"""Models, without a window."""

from __future__ import annotations

import pytest
from retroml_dearpygui.services.evaluations import Card
from retroml_dearpygui.viewmodels.models import ModelsViewModel

from retroml_core.faults import Fault
from retroml_core.services import ModelService


@pytest.fixture
def judged():
    """What was evaluated."""
    return []


@pytest.fixture
def models(desk, judged):
    def judge(root, source, *, episodes):
        judged.append(source)
        return Card(source=source, episodes=episodes, seed=0, mean=4.0, best=9.0, worst=1.0, scores=(1.0, 9.0))

    made = ModelsViewModel(desk, spawn=lambda do: do(), judge=judge)
    made.commands._start = lambda run: None
    return made


@pytest.fixture
def two(app, trained, models):
    """Two models of one run."""
    service = ModelService(app)
    made = [service.save(trained, name=name) for name in ("First", "Second")]
    models.refresh()
    return made


def names(models):
    return [model.name for model in models.models]


def test_no_models_are_no_problem(models):
    models.refresh()
    assert (models.loaded, models.models, models.problem) == (True, [], "")


def test_a_model_is_taken_out_of_a_run(models, trained, front):
    models.refresh()
    assert [run_id for run_id, _ in models.sources] == [trained.id]
    models.save_from(trained.id, " Mine ")
    assert names(models) == ["Mine"]
    assert models.chosen == [models.models[0].id]
    assert front.toasts[-1][0] == "Model saved"


def test_models_are_found_by_words_and_sorted(models, two):
    models.set_text("second tiny")
    assert names(models) == ["Second"]
    models.set_text("")
    models.sort("name", False)
    assert names(models) == ["First", "Second"]
    models.sort("name", True)
    assert names(models) == ["Second", "First"]


def test_the_facts_of_one_are_shown(models, two):
    models.choose(two[0].id)
    facts = {fact.key: fact for fact in models.facts}
    assert facts["From run"].values == (two[0].run,)
    assert facts["algorithm.name"].values == ("random",)
    assert not any(fact.differs for fact in models.facts)


def test_two_are_compared_and_a_third_takes_the_place_of_the_first(models, two, trained, app):
    third = ModelService(app).save(trained, name="Third")
    models.refresh()
    for model in (two[0], two[1]):
        models.choose(model.id, add=True)
    assert models.chosen == [two[0].id, two[1].id]
    assert all(len(fact.values) == 2 for fact in models.facts)
    models.choose(third.id, add=True)
    assert models.chosen == [two[1].id, third.id]
    models.choose(third.id, add=True)
    assert models.chosen == [two[1].id]


def test_what_differs_between_two_is_marked(models, two, app):
    config = two[1].folder(app.root) / "config.json"
    config.write_text(config.read_text(encoding="utf-8").replace('"seed": 7', '"seed": 8'), encoding="utf-8")
    models.choose(two[0].id)
    models.choose(two[1].id, add=True)
    differing = {fact.key for fact in models.facts if fact.differs}
    assert "seed" in differing
    assert "algorithm.name" not in differing


def test_facts_that_come_late_are_passed_over(models, two, desk):
    late = []
    models.choose(two[0].id)
    desk.background = lambda work, done, failed=None: late.append((work, done))
    models.choose(two[1].id, add=True)
    models.choose(two[0].id)
    for work, done in reversed(late):
        done(work())
    assert {len(fact.values) for fact in models.facts} == {1}


def test_deleting_asks_and_can_be_undone(models, two, front):
    models.choose(two[0].id)
    models.delete(two[0].id)
    front.answer()
    assert (names(models), models.chosen) == (["Second"], [])
    front.undos.pop()()
    assert sorted(names(models)) == ["First", "Second"]


def test_training_on_makes_a_run_and_shows_it(models, two, front):
    models.train_on(two[0].id, 5)
    assert front.toasts == []
    assert front.places[0][0] == "experiments"


def test_an_evaluation_gives_scores(models, two, front, judged):
    models.evaluate(two[0].id, 2)
    assert judged == [two[0].id]
    assert models.cards[two[0].id].mean == 4.0
    assert models.evaluating == set()
    assert "mean 4" in front.toasts[-1][1]


def test_an_evaluation_that_fails_is_told(desk, two, front):
    def judge(root, source, *, episodes):
        raise Fault("no torch here")

    models = ModelsViewModel(desk, spawn=lambda do: do(), judge=judge)
    models.refresh()
    models.evaluate(two[0].id, 2)
    assert front.toasts[-1][1] == "no torch here"
    assert models.evaluating == set()


def test_it_is_watched_and_filmed_through_its_run(models, two, front, trained):
    models.watch(two[0].id)
    models.film(two[0].id)
    models.open_run(two[0].id)
    assert front.places == [
        ("watch", {"run": trained.id}),
        ("videos", {"make": trained.id}),
        ("experiments", {"run": trained.id}),
    ]


def test_a_model_plays_even_where_its_run_is_gone(models, two, app, trained, monkeypatch):
    played = []
    monkeypatch.setattr(models.performing, "_perform", lambda root, source: played.append((root, source)))
    trained.folder.rename(app.root.trash / trained.id)
    models.play(two[0].id)
    assert played == [(app.root.path, two[0].id)]
    assert models.performing.model == two[0]


def test_a_model_whose_run_is_gone_says_so(models, two, front, app, trained):
    trained.folder.rename(app.root.trash / trained.id)
    models.watch(two[0].id)
    assert "there is no run" in front.toasts[-1][1]


def test_a_model_is_packed_for_others(models, two, tmp_path, front):
    models.export(two[0].id, tmp_path / "mine")
    assert (tmp_path / "mine.zip").is_file()
    assert front.toasts[-1][0] == "Model packed"
