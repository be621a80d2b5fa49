"""Training on from a checkpoint: the same config goes on bit for bit, another one branches off, and the line is kept."""

import pytest

from retroml_core.commands import continuing as continue_command
from retroml_core.config.composing import ConfigError
from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.runs.continuing import continue_run, continued_config
from retroml_core.runs.models import choose_checkpoint, save_model
from retroml_core.runs.run import Run


def stop(control):
    control.request_stop("enough", preempted=False)


def last_fingerprint(run):
    return [event.data for event in run.events({"fingerprint"})][-1]


@pytest.fixture
def whole(make_run, train, once):
    def make():
        run = make_run(learner={})
        train(run)
        return run

    return once("whole", make)


@pytest.fixture
def stopped(make_run, train, once):
    def make():
        run = make_run(learner={})
        outcome, _ = train(run, {400: stop})
        assert outcome.state is RunState.STOPPED
        assert 0 < outcome.steps < 4000
        return run

    return once("stopped half-way", make)


def go_on(app, train, source, *overrides):
    checkpoint = choose_checkpoint(source, "latest")
    run = continue_run(app, continued_config(app, source.tree, source.id, checkpoint, overrides), checkpoint)
    outcome, _ = train(run)
    return run, outcome


def test_the_same_config_ends_as_an_uninterrupted_run(app, train, whole, stopped):
    run, outcome = go_on(app, train, stopped)
    assert (outcome.state, outcome.steps) == (RunState.COMPLETED, 4000)
    assert last_fingerprint(run)["parameters"] == last_fingerprint(whole)["parameters"]


def test_a_model_goes_on_as_its_run_would(app, train, whole, stopped):
    model = save_model(app, stopped, choose_checkpoint(stopped, "latest"))
    run, _ = go_on(app, train, Run(model.folder(app.root)))
    assert last_fingerprint(run)["parameters"] == last_fingerprint(whole)["parameters"]


def test_the_new_run_names_its_parent(app, train, stopped):
    run, _ = go_on(app, train, stopped)
    parent = run.tree["parent"]
    assert parent["id"] == stopped.id
    assert parent["relation"] == "forked_from"
    assert parent["checkpoint"] == choose_checkpoint(stopped, "latest").name
    assert run.id != stopped.id


def test_a_budget_says_how_much_longer(app, train, whole):
    run, outcome = go_on(app, train, whole, "budget.steps=800")
    assert outcome.steps == 4800
    assert run.tree["budget"]["steps"] == 4800


def test_a_used_up_budget_is_said(app, whole):
    with pytest.raises(Fault, match=r"say how much longer.*budget.minutes"):
        continued_config(app, whole.tree, whole.id, choose_checkpoint(whole, "latest"))


def test_other_settings_branch_off(app, train, whole, stopped):
    run, _ = go_on(app, train, stopped, "algorithm.learning_rate=0.1")
    assert run.tree["algorithm"]["learning_rate"] == 0.1
    assert last_fingerprint(run)["parameters"] != last_fingerprint(whole)["parameters"]


@pytest.mark.parametrize("override", ["algorithm=random", "environment.balls=3", "algorithm.environments=8", "seed=99"])
def test_what_shapes_the_state_cannot_change(app, stopped, override):
    with pytest.raises(Fault, match="cannot change when training goes on"):
        continued_config(app, stopped.tree, stopped.id, choose_checkpoint(stopped, "latest"), [override])


def test_all_that_is_wrong_is_said_at_once_with_what_it_was(app, stopped):
    checkpoint = choose_checkpoint(stopped, "latest")
    overrides = ["environment.balls=3", "algorithm.environments=8", "algorithm.learning_rate=99", "budget.steps=0"]
    with pytest.raises(ConfigError) as raised:
        continued_config(app, stopped.tree, stopped.id, checkpoint, overrides)
    by_key = {problem.key: str(problem) for problem in raised.value.problems}
    assert set(by_key) >= {"environment.balls", "algorithm.environments", "algorithm.learning_rate"}
    assert "algorithm.environments=8: cannot change" in by_key["algorithm.environments"]
    assert "leave it at 4, or start a new run" in by_key["algorithm.environments"]


def test_what_the_algorithm_declared_as_fixed_cannot_change(app, train, make_run):
    run = make_run(learner={"rollout": 8})
    train(run, {400: stop})
    with pytest.raises(Fault, match=r"algorithm\.rollout=32: cannot change.*leave it at 8"):
        continued_config(app, run.tree, run.id, choose_checkpoint(run, "latest"), ["algorithm.rollout=32"])


@pytest.mark.parametrize("override", ["algorithm.learning_rate=99", "algorithm.lr=1", "seed=1,2", "nonsense", "+tags=[x]"])
def test_bad_overrides_are_refused_in_words(app, stopped, override):
    with pytest.raises(ConfigError, match=r"learning_rate|algorithm.lr|KEY=VALUE"):
        continued_config(app, stopped.tree, stopped.id, choose_checkpoint(stopped, "latest"), [override])


def test_a_policy_alone_cannot_be_trained_on(app, stopped):
    light = next(checkpoint for checkpoint in stopped.checkpoints() if not checkpoint.full)
    with pytest.raises(Fault, match="holds only a policy; training can go on from"):
        continue_command.main(app, [stopped.id, "--checkpoint", light.name, "--detach"])


def test_a_damaged_checkpoint_makes_no_run(app, stopped):
    checkpoint = choose_checkpoint(stopped, "latest")
    config = continued_config(app, stopped.tree, stopped.id, checkpoint)
    (checkpoint.folder / "state.json").write_text("{}")
    runs = app.root.run_folders()
    with pytest.raises(ValueError, match=r"state\.json is damaged"):
        continue_run(app, config, checkpoint)
    assert app.root.run_folders() == runs
