import errno

import pytest

from retroml_core.algorithm import StopTraining, TrainingFault
from retroml_core.events import RunState
from retroml_core.examining import Examiner
from retroml_core.files import read_json, write_json
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.schema import Budget, CheckpointConfig, EvaluationConfig
from retroml_core.tree import digest


def kill(run):
    """Let the process that worked on the run be gone."""
    write_json(run.folder / "state.json", {**read_json(run.folder / "state.json"), "pid": None})


def end_state(run):
    """A digest of all that the last checkpoint holds, but for times."""
    store = CheckpointStore(run.checkpoints_folder)
    newest = store.latest_full()
    assert newest is not None
    state = store.load_state(newest)
    session = {key: state["session"][key] for key in ("tally", "tuned")}
    return newest.step, digest({"trainable": state["trainable"], "session": session})


def points(run):
    """The events that must be the same in two runs of the same config."""
    episodes = [(e["number"], e["score"], e["length"], e["first_step"], e["environment"]) for e in run.episodes()]
    evaluations = [(e.step, e.data["scores"], e.data["lengths"]) for e in run.events({"evaluation_finished"})]
    return episodes, evaluations


def no_more(*_):
    raise StopTraining


# --- the budget -------------------------------------------------------------------------------------------------------


def test_exactly_the_steps_of_the_budget_are_made_and_frames_are_counted_apart(make_run, train):
    run = make_run(steps=4096)
    outcome, attempt = train(run)
    assert (outcome.state, outcome.steps) == (RunState.COMPLETED, 4096)
    last = list(run.events({"timestep_update"}))[-1].data
    assert (last["steps"], last["frames"]) == (4096, 4096 * 1)
    assert attempt.state.status.fraction == 1.0


def test_a_budget_in_seconds_ends_the_run(make_run, train):
    outcome, attempt = train(make_run(budget=Budget(seconds=0.2)))
    assert outcome.state is RunState.COMPLETED
    assert attempt.clock.seconds() >= 0.2
    assert attempt.tally.steps > 0


def test_evaluation_and_saving_do_not_count_as_training(make_run, train, monkeypatch):
    run = make_run(evaluation=EvaluationConfig(episodes=64, max_steps=100))
    _, attempt = train(run)
    evaluation, complete = (next(run.events({name})) for name in ("evaluation_finished", "training_complete"))
    assert evaluation.data["seconds"] == complete.data["seconds"] == attempt.clock.seconds()


def test_progress_says_what_the_state_says(make_run, train):
    run = make_run()
    _, attempt = train(run)
    last = list(run.events({"timestep_update"}))[-1].data
    status = attempt.state.status
    assert (status.step, status.episodes, status.fraction) == (last["steps"], last["episodes"], last["fraction"])
    assert status.mean_score == list(run.events({"reward_update"}))[-1].data["mean"]


def test_the_mean_is_over_the_last_hundred_raw_scores(make_run, train):
    run = make_run(steps=8000)
    train(run)
    scores = run.curve("score").values
    assert len(scores) > 150
    last = list(run.events({"reward_update"}))[-1].data
    assert last["mean"] == pytest.approx(sum(scores[-100:]) / 100)
    assert (last["last"], last["best"], last["window"]) == (scores[-1], max(scores), 100)


def test_episodes_are_numbered_from_one(make_run, train):
    run = make_run()
    train(run)
    assert [episode["number"] for episode in run.episodes()] == list(range(1, len(run.episodes()) + 1))


def test_the_learner_learns(make_run, train):
    run = make_run(learner={}, steps=16_000)
    train(run)
    scores = run.curve("score").values
    assert sum(scores[-50:]) > 2 * sum(scores[:50])


def test_an_algorithm_that_does_nothing_is_a_fault(make_run, train, monkeypatch):
    from retroml_core.algorithm import Report
    from retroml_core.builtin.random_agent import RandomAgent

    monkeypatch.setattr(RandomAgent, "advance", lambda self, control: Report(steps=0))
    with pytest.raises(TrainingFault, match="random neither played nor learned"):
        train(make_run())


# --- the same again ---------------------------------------------------------------------------------------------------


def test_two_runs_of_one_config_are_equal_bit_for_bit(make_run, train):
    first, second = make_run(learner={}), make_run(learner={})
    train(first)
    train(second)
    assert end_state(first) == end_state(second)
    assert points(first) == points(second)


def test_another_seed_is_another_run(make_run, train):
    first, second = make_run(learner={}), make_run(learner={}, seed=6)
    train(first)
    train(second)
    assert end_state(first) != end_state(second)


@pytest.mark.parametrize("tick", [1, 100, 333])
def test_paused_killed_and_resumed_equals_left_alone(make_run, train, command, tick):
    alone, broken = make_run(learner={}), make_run(learner={})
    train(alone)

    def pause(control):
        control.pause.append(command("pause"))
        control.poll = lambda: control.resume.append(command("resume"))

    outcome, _ = train(broken, {tick: pause})
    assert outcome.state is RunState.PAUSED
    with pytest.raises(StopTraining):
        train(broken, {60: no_more})
    kill(broken)
    outcome, _ = train(broken)
    assert outcome.state is RunState.COMPLETED
    assert end_state(broken) == end_state(alone)
    assert points(broken) == points(alone)


def test_killed_without_any_checkpoint_begins_anew(make_run, train):
    alone, broken = make_run(learner={}), make_run(learner={})
    train(alone)
    with pytest.raises(StopTraining):
        train(broken, {300: no_more})
    kill(broken)
    train(broken)
    assert end_state(broken) == end_state(alone)
    assert points(broken) == points(alone)
    assert [e.data["resumed_from"] for e in broken.events({"run_state"})] == [None, None, None, 0]


def test_a_checkpoint_never_knows_of_more_than_the_events_on_disk(make_run, train, monkeypatch):
    run = make_run(checkpoints=CheckpointConfig(every_steps=500))
    on_disk = []

    def look(store, step, state, *rest):
        if state is not None:
            on_disk.append((state["session"]["tally"]["episodes"], len(run.episodes())))
        return plain(store, step, state, *rest)

    plain = CheckpointStore.save
    monkeypatch.setattr(CheckpointStore, "save", look)
    monkeypatch.setattr("retroml_core.runs.eventlog.FLUSH_SECONDS", 10**9)
    train(run)
    assert len(on_disk) >= 7
    assert all(told >= counted for counted, told in on_disk)
    assert on_disk[-1][0] > 0


def test_seq_rises_by_one_over_all_attempts(make_run, train):
    run = make_run(learner={})
    with pytest.raises(StopTraining):
        train(run, {300: no_more})
    kill(run)
    train(run)
    lines = [line for path in sorted(run.events_folder.iterdir()) for line in path.read_bytes().splitlines()]
    from retroml_core.runs.eventlog import decode

    assert [decode(line).seq for line in lines] == list(range(1, len(lines) + 1))
    assert {decode(line).attempt for line in lines} == {1, 2}


# --- commands ---------------------------------------------------------------------------------------------------------


def test_a_stop_saves_and_evaluates(make_run, train):
    run = make_run(steps=10**9)
    outcome, attempt = train(run, {500: lambda control: control.request_stop("asked to stop")})
    assert (outcome.state, outcome.reason) == (RunState.STOPPED, "asked to stop")
    assert run.checkpoints()[-1].why == "stop"
    assert next(run.events({"evaluation_finished"}))
    assert attempt.state.status.state is RunState.STOPPING


def test_a_machine_that_wants_its_process_back_gets_no_evaluation(make_run, train):
    run = make_run(steps=10**9)
    train(run, {500: lambda control: control.request_stop("SIGTERM", preempted=True)})
    assert list(run.events({"evaluation_finished"})) == []
    assert run.checkpoints()[-1].full


def test_a_checkpoint_asked_for_is_made_at_once(make_run, train, command):
    run = make_run()
    train(run, {37: lambda control: control.checkpoint.append(command("checkpoint"))})
    saved = [e for e in run.events({"checkpoint_saved"}) if e.data["why"] == "asked"]
    assert len(saved) == 1
    assert saved[0].step < 4000
    answer = next(run.events({"control_ack"})).data
    assert (answer["ok"], answer["message"]) == (True, f"saved checkpoint {saved[0].data['name']}")


def test_a_stop_while_paused_ends_the_run(make_run, train, command):
    run = make_run(steps=10**9)

    def pause(control):
        control.pause.append(command("pause"))
        control.poll = lambda: control.request_stop("asked to stop")

    outcome, attempt = train(run, {50: pause})
    assert outcome.state is RunState.STOPPED
    assert attempt.state.status.state is RunState.PAUSED


def test_a_live_setting_is_changed_and_survives_a_resume(make_run, train, command):
    run = make_run(learner={}, steps=3000)
    stop = {
        40: lambda control: control.tune.append(command("set", name="learning_rate", value=0.125)),
        300: lambda control: control.request_stop("enough"),
    }
    train(run, stop)
    kill(run)
    train(run)
    assert run.curve("schedule/learning_rate").values[-1] == 0.125
    assert next(run.events({"control_ack"})).data["message"] == "learning_rate is now 0.125"


def test_a_checkpoint_holds_the_settings_changed_at_its_step(make_run, train, command):
    run = make_run(learner={}, steps=3000, checkpoints=CheckpointConfig(every_steps=64, keep=99, keep_policies=4))
    train(run, {40: lambda control: control.tune.append(command("set", name="learning_rate", value=0.125))})
    changed = next(run.events({"control_ack"})).step
    store = CheckpointStore(run.checkpoints_folder)
    tuned = {kept.step: store.load_state(kept)["session"]["tuned"] for kept in store.full()}
    assert tuned[changed] == {"learning_rate": 0.125}
    assert not any(settings for step, settings in tuned.items() if step < changed)


def test_what_is_asked_for_during_an_evaluation_is_done_before_a_pause(make_run, train, command, monkeypatch):
    def ask(examiner):
        control = examiner._attempt.control
        control.tune.append(command("set", name="learning_rate", value=0.125))
        control.checkpoint.append(command("checkpoint"))
        control.pause.append(command("pause"))
        control.resume.append(command("resume"))

    monkeypatch.setattr(Examiner, "evaluate_if_due", ask)
    run = make_run(learner={})
    outcome, _ = train(run)
    assert outcome.state is RunState.PAUSED
    assert {event.data["verb"] for event in run.events({"control_ack"})} == {"set", "checkpoint", "pause", "resume"}
    store = CheckpointStore(run.checkpoints_folder)
    assert store.load_state(store.full()[0])["session"]["tuned"] == {"learning_rate": 0.125}


@pytest.mark.parametrize(
    ("learner", "args", "message"),
    [
        ({}, {"name": "rollout", "value": 3}, "'rollout' cannot be changed while training; these can: learning_rate"),
        ({}, {"name": "learning_rate", "value": "fast"}, "learning_rate='fast' is not a number"),
        ({}, {"name": "learning_rate", "value": -1}, "learning_rate=-1.0 is outside of 0 to 10"),
        ({}, {"name": "learning_rate", "value": "nan"}, "learning_rate=nan is outside of 0 to 10"),
        (None, {"name": "environments", "value": 1}, "'environments' cannot be changed while training; nothing can here"),
    ],
)
def test_other_settings_are_refused(make_run, train, command, learner, args, message):
    run = make_run(learner=learner)
    train(run, {5: lambda control: control.tune.append(command("set", **args))})
    answer = next(run.events({"control_ack"})).data
    assert (answer["ok"], answer["message"]) == (False, message)


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_checkpoints_at_intervals_of_steps(make_run, train):
    run = make_run(steps=4000, checkpoints=CheckpointConfig(every_steps=1000, keep=2, keep_policies=4))
    train(run)
    saved = [e.step for e in run.events({"checkpoint_saved"}) if e.data["why"] in ("interval", "end")]
    assert len(saved) >= 3
    assert len([checkpoint for checkpoint in run.checkpoints() if checkpoint.full]) == 2


def test_policies_are_kept_from_the_first_step_on(make_run, train):
    run = make_run(learner={}, steps=8_000)
    train(run)
    steps = [checkpoint.step for checkpoint in run.checkpoints()]
    assert steps[0] == 0
    assert steps[-1] == 8_000
    assert 3 <= len(steps) <= 8


def test_the_best_model_is_kept_and_evaluated(make_run, train):
    run = make_run(learner={}, steps=8_000)
    train(run)
    best = CheckpointStore(run.checkpoints_folder).best()
    assert best is not None
    assert best.score is not None
    evaluation = next(run.events({"evaluation_finished"})).data
    assert evaluation["checkpoint_step"] == best.step
    assert len(evaluation["scores"]) == 2


def test_evaluations_decide_over_training_scores(make_run, train, monkeypatch):
    run = make_run(learner={}, steps=8000, evaluation=EvaluationConfig(episodes=3, every_minutes=0.1, max_steps=100))
    monkeypatch.setattr("retroml_core.examining.SECONDS_A_MINUTE", 0.2)
    train(run)
    evaluations = list(run.events({"evaluation_finished"}))
    assert len(evaluations) >= 2
    best = CheckpointStore(run.checkpoints_folder).best()
    assert best is not None
    assert best.score == max(e.data["mean"] for e in evaluations if e.step == e.data["checkpoint_step"])


def test_the_final_evaluation_is_not_repeated_by_a_resume(make_run, train):
    run = make_run(learner={})
    train(run)
    kill(run)
    train(run)
    assert len(list(run.events({"evaluation_finished"}))) == 1


def test_fingerprints_are_said_at_the_end(make_run, train):
    first, second = make_run(learner={}), make_run(learner={})
    train(first)
    train(second)
    prints = [list(run.events({"fingerprint"}))[-1].data for run in (first, second)]
    assert prints[0] == prints[1]
    assert len(prints[0]["parameters"]) == 32
    assert prints[0]["play"]


def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(make_run, train):
    alone = make_run(learner={}, checkpoints=CheckpointConfig(every_steps=1000, keep=3))
    broken = make_run(learner={}, checkpoints=CheckpointConfig(every_steps=1000, keep=3))
    train(alone)
    with pytest.raises(StopTraining):
        train(broken, {2 * 3000 // 4: no_more})
    kill(broken)
    newest = CheckpointStore(broken.checkpoints_folder).full()
    assert len(newest) >= 2
    (newest[0].folder / "state.safetensors").write_bytes(b"")
    train(broken)
    problem = next(broken.events({"problem"})).data
    assert newest[0].name in problem["message"]
    assert problem["hint"] == "the newest sound one is taken instead"
    assert end_state(broken) == end_state(alone)


def test_parameters_that_are_no_numbers_are_never_saved(make_run, train):
    run = make_run(learner={"fault_at": 20, "fault": "parameters"}, checkpoints=CheckpointConfig(every_steps=64))
    with pytest.raises(TrainingFault, match=r"/weights are not numbers"):
        train(run)
    store = CheckpointStore(run.checkpoints_folder)
    newest = store.latest_full()
    assert newest is not None
    assert newest.step < 20 * 64


def test_a_checkpoint_of_another_state_version_is_refused_in_words(make_run, train, app, monkeypatch):
    import dataclasses

    from retroml_core.training.keeper import CheckpointMismatch

    run = make_run(learner={})
    train(run)
    kill(run)
    spec = app.registry.algorithms["learner"]
    monkeypatch.setitem(app.registry.algorithms, "learner", dataclasses.replace(spec, state_version=2))
    with pytest.raises(
        CheckpointMismatch, match="written by learner, state version 1, but installed is learner, state version 2"
    ):
        train(run)


def test_a_full_disk_while_saving_in_the_background_reaches_the_training(make_run, train, monkeypatch):
    run = make_run(learner={}, steps=10**9, checkpoints=CheckpointConfig(every_steps=500))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("retroml_core.runs.checkpoints.CheckpointStore.save", full)
    with pytest.raises(OSError, match="No space"):
        train(run)


# --- plugins ----------------------------------------------------------------------------------------------------------


def test_a_metric_that_does_not_exist_or_fails_is_reported_and_training_goes_on(make_run, train, app, monkeypatch):
    import sys
    import types

    from retroml_core import MetricSpec
    from retroml_core.builtin.configs import LocalConfig
    from retroml_core.metrics import Metric

    class Broken(Metric):
        def on_update(self, batch):
            raise RuntimeError("no")

    module = types.ModuleType("broken_metric")
    module.build = Broken
    monkeypatch.setitem(sys.modules, "broken_metric", module)
    spec = MetricSpec(name="broken", title="Broken", summary="", config=LocalConfig, factory="broken_metric:build")
    monkeypatch.setitem(app.registry.metrics, "broken", spec)
    monkeypatch.setitem(app.registry.plugin_of, ("metric", "broken"), "toys")
    run = make_run()
    tree = run.tree
    tree["metrics"] = ["broken", "gone"]
    write_json(run.folder / "config.json", tree)
    outcome, _ = train(run)
    assert outcome.state is RunState.COMPLETED
    assert [e.data["message"] for e in run.events({"problem"})] == [
        "metric gone cannot be computed: 'gone'",
        "metric broken failed: no (plugin toys)",
    ]
