import json
import threading

import pytest

from retroml_core import hookimpl
from retroml_core.events import EpisodeFinished, RunState, UpdateFinished
from retroml_core.runs.eventlog import EventLog
from retroml_core.runs.lock import RunBusy, hold
from retroml_core.runs.run import Run, RunNotFound, RunRefused, create_run, find_run
from retroml_core.testing import tiny_app, tiny_config
from retroml_core.training.bus import MetricEventBus


def test_a_new_run_has_id_seed_time_and_folders(app):
    config = tiny_config()
    config.seed = None
    run = create_run(app, config)
    assert run.tree["id"] == run.id == run.folder.name
    assert 0 <= run.tree["seed"] < 2**32
    assert run.tree["created_at"].endswith("+00:00")
    assert all((run.folder / name).is_dir() for name in ("events", "control", "checkpoints", "tape", "metrics", "videos"))
    assert run.status().state is RunState.CREATED


def test_a_seed_given_is_recorded_as_given(make_run):
    assert make_run(seed=12345).tree["seed"] == 12345


def test_the_config_comes_back_typed(app, make_run):
    run = make_run(learner={"rollout": 7})
    assert run.config(app).algorithm.rollout == 7


def test_twenty_runs_made_at_once_have_twenty_folders(app):
    made = []
    threads = [threading.Thread(target=lambda: made.append(create_run(app, tiny_config()))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run.id for run in made}) == 20
    assert {folder.name for folder in app.root.run_folders()} == {run.id for run in made}
    assert all(json.loads((run.folder / "config.json").read_text())["id"] == run.id for run in made)


def test_a_run_that_cannot_be_made_leaves_nothing(app, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("retroml_core.config.composing.save_config", full)
    with pytest.raises(OSError, match="No space"):
        create_run(app, tiny_config())
    assert list(app.root.experiments.iterdir()) == []


def test_a_plugin_may_refuse_a_run(tmp_path):
    class Quota:
        @hookimpl
        def retroml_refuse_run(self):
            return "the quota is used up"

    with pytest.raises(RunRefused, match="the quota is used up"):
        create_run(tiny_app(tmp_path, {"quota": Quota()}), tiny_config())


@pytest.fixture
def three(app):
    """Three run folders with ids of our own making."""
    names = [
        "20260101t000000-pong-ppo-aaaaaaaaaa",
        "20260101t000000-pong-ppo-aabbbbbbbb",
        "20260102t000000-breakout-dqn-cccccccccc",
    ]
    for name in names:
        (app.root.experiments / name).mkdir(parents=True)
        (app.root.experiments / name / "config.json").write_text("{}")
    return names


def test_a_run_is_found_by_id_prefix_latest_and_path(app, three):
    assert find_run(app, three[0]).id == three[0]
    assert find_run(app, "20260102").id == three[2]
    assert find_run(app, "latest").id == three[2]
    assert find_run(app, str(app.root.experiments / three[1])).id == three[1]


def test_a_prefix_of_several_is_refused_with_the_choices(app, three):
    with pytest.raises(RunNotFound, match=r"fits 2 runs: .*aaaaaaaaaa, .*aabbbbbbbb; give more"):
        find_run(app, "20260101")


def test_an_unknown_run_is_answered_with_close_ones(app, three):
    with pytest.raises(RunNotFound, match=r"no run 'breakout'.*close are 20260102t000000-breakout"):
        find_run(app, "breakout")
    with pytest.raises(RunNotFound, match="close are 20260102"):
        find_run(app, "20260102t000000-breakout-dqn-ccccccxxxx")


def test_latest_of_none(app):
    with pytest.raises(RunNotFound, match="no run yet"):
        find_run(app, "latest")


@pytest.fixture
def told(make_run):
    """A run with two updates and two episodes in its events."""
    run = make_run()
    log = EventLog(run.events_folder, 1)
    bus = MetricEventBus(log)
    for number in (1, 2):
        episode = EpisodeFinished(number=number, environment=0, score=number * 3.0, length=9, first_step=0, seconds=number)
        bus.say(episode, number * 100)
        metrics = {"loss/policy": number / 2} | ({"late": 1.0} if number == 2 else {})
        bus.say(UpdateFinished(update=number, seconds=number, metrics=metrics), number * 100)
    log.close()
    return run


def test_curves_of_metrics_and_scores(told):
    assert told.curve("score").values == [3.0, 6.0]
    curve = told.curve("loss/policy")
    assert (curve.steps, curve.seconds, curve.values) == ([100, 200], [1.0, 2.0], [0.5, 1.0])
    assert told.curve("late").steps == [200]
    assert told.curve("unknown").values == []


def test_episodes_carry_their_step(told):
    assert [(episode["number"], episode["score"], episode["step"]) for episode in told.episodes()] == [
        (1, 3.0, 100),
        (2, 6.0, 200),
    ]


def test_a_run_before_its_first_attempt_is_empty(make_run):
    run = make_run()
    assert (run.provenance(), list(run.events()), run.checkpoints()) == ({}, [], [])


def test_a_game_without_tape_says_why(app, make_run):
    with pytest.raises(ValueError, match="Catch keeps no tape"):
        make_run().tape(app)


def test_the_second_holder_is_refused_in_words(make_run):
    run = make_run()
    with hold(run.folder), pytest.raises(RunBusy, match=f"{run.id} is already being worked on"), hold(run.folder):
        pass


def test_the_lock_is_free_again_afterwards(make_run):
    run = make_run()
    for _ in range(2):
        with hold(run.folder):
            pass


def test_repr_names_the_run(tmp_path):
    assert repr(Run(tmp_path / "x")) == "Run(x)"
