import math

import numpy as np
import pytest

from retroml_core.algorithm import Report, TrainingFault
from retroml_core.environment import EnvInfo, EpisodeEnd
from retroml_core.metrics import Histogram, Metric
from retroml_core.training.reporting import Reporter, check_finite

INFO = EnvInfo(game="catch", observation_shape=(1, 32, 32), actions=("A", "B"), frames_per_step=4)


class Kept(Metric):
    """Keeps the batches it is shown."""

    def __init__(self, config=None):
        super().__init__(config)
        self.batches = []

    def on_update(self, batch):
        self.batches.append(batch)
        return {"kept/count": float(len(self.batches))}

    def state(self):
        return {"count": len(self.batches)}

    def restore(self, state):
        self.batches = [None] * state["count"]


class Broken(Metric):
    def restore(self, state):
        raise KeyError("shape")


def episode(score, number=1):
    return EpisodeEnd(environment=0, number=number, score=score, length=5, first_step=0)


@pytest.fixture
def attempt(make_run, attempt_at):
    with attempt_at(make_run(steps=1000)) as made:
        yield made


@pytest.fixture
def metric():
    return Kept()


@pytest.fixture
def reporter(attempt, metric):
    return Reporter(attempt, INFO, {"kept": metric})


def said(attempt, name):
    attempt.log.flush()
    return [event.data for event in attempt.run.events({name})]


def test_chunks_between_two_reports_are_merged(attempt, reporter, metric):
    reporter.start()
    for loss in (1.0, 3.0):
        reporter.take(Report(steps=8, updates=1, metrics={"loss/policy": loss}, episodes=(episode(loss),)))
    reporter.say()
    (update,) = said(attempt, "update_finished")
    assert update["update"] == 2
    assert update["metrics"]["loss/policy"] == 2.0
    assert update["metrics"]["kept/count"] == 1.0
    (batch,) = metric.batches
    assert (batch.step, batch.chunk_steps, batch.frames_per_step, batch.action_count) == (16, 16, 4, 2)
    assert [e.score for e in batch.episodes] == [1.0, 3.0]


def test_every_episode_is_said_at_once(attempt, reporter):
    reporter.start()
    reporter.take(Report(steps=8, episodes=(episode(2.0), episode(4.0))))
    assert [(e["number"], e["score"]) for e in said(attempt, "episode_finished")] == [(1, 2.0), (2, 4.0)]


def test_nothing_new_is_not_said(attempt, reporter):
    reporter.start()
    reporter.say()
    assert said(attempt, "timestep_update") == []


def test_steps_and_frames_go_into_the_state(attempt, reporter):
    reporter.start()
    reporter.take(Report(steps=250, updates=1))
    reporter.say()
    status = attempt.state.status
    assert (status.step, status.frames, status.fraction) == (250, 1000, 0.25)


def test_samples_reach_the_metrics(reporter, metric):
    reporter.start()
    reporter.take(Report(steps=8, updates=1, samples={"values": np.ones(3)}))
    reporter.say()
    np.testing.assert_array_equal(metric.batches[0].samples["values"], np.ones(3))


def test_a_metric_sees_what_those_before_it_reported(attempt):
    first, second = Kept(), Kept()
    reporter = Reporter(attempt, INFO, {"first": first, "second": second})
    reporter.start()
    reporter.take(Report(steps=8, updates=1, metrics={"loss/policy": 1.0}))
    reporter.say()
    assert second.batches[0].metrics["kept/count"] == 1.0
    with pytest.raises(TypeError):
        second.batches[0].metrics["mine"] = 1.0


class Spread(Metric):
    """Has a histogram each time it is asked."""

    def histograms(self, batch):
        return {"kept/histogram": Histogram(low=0.0, high=1.0, counts=(1, batch.update))}


class BrokenSpread(Metric):
    def histograms(self, batch):
        raise ValueError("no bins")


def test_histograms_are_said_every_few_seconds_only(attempt):
    reporter = Reporter(attempt, INFO, {"spread": Spread()})
    for seconds in (0.0, 4.0, 5.0, 6.0):
        attempt.clock.reset(seconds)
        reporter.take(Report(steps=8, updates=1))
        reporter.say()
    assert said(attempt, "histogram") == [
        {"name": "kept/histogram", "update": update, "low": 0.0, "high": 1.0, "counts": [1, update]} for update in (1, 3)
    ]


def test_a_histogram_that_fails_ends_its_metric_alone(attempt):
    reporter = Reporter(attempt, INFO, {"broken": BrokenSpread(), "spread": Spread()})
    reporter.take(Report(steps=8, updates=1))
    reporter.say()
    assert "metric broken failed: no bins" in said(attempt, "problem")[0]["message"]
    assert len(said(attempt, "histogram")) == 1


@pytest.mark.parametrize("told", [5, {"told/words": "many"}], ids=["no mapping", "no number"])
def test_a_metric_that_does_not_say_numbers_by_name_ends_alone(attempt, told):
    class Odd(Metric):
        def on_update(self, batch):
            return told

    reporter = Reporter(attempt, INFO, {"odd": Odd(), "kept": Kept()})
    reporter.take(Report(steps=8, updates=1))
    reporter.say()
    assert "metric odd failed" in said(attempt, "problem")[0]["message"]
    assert said(attempt, "update_finished")[0]["metrics"]["kept/count"] == 1.0


def test_metrics_survive_a_pause(attempt, reporter, metric):
    reporter.start()
    reporter.take(Report(steps=8, updates=1))
    reporter.say()
    later = Kept()
    Reporter(attempt, INFO, {"kept": later}).restore_metrics({**reporter.metric_states(), "gone": {}})
    assert len(later.batches) == 1


def test_a_metric_that_cannot_be_restored_is_left_out(attempt):
    reporter = Reporter(attempt, INFO, {"broken": Broken()})
    reporter.restore_metrics({"broken": {}})
    assert "metric broken failed" in said(attempt, "problem")[0]["message"]
    assert reporter.metric_states() == {}


@pytest.mark.parametrize("name", ["loss/policy", "grad/norm"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_is_a_fault_that_names_it(name, value):
    with pytest.raises(TrainingFault, match=name) as caught:
        check_finite({"policy/entropy": 1.0, name: value})
    assert caught.value.metric == name


def test_other_figures_may_be_unknown():
    check_finite({"value/explained_variance": math.nan, "loss/policy": 0.0})
