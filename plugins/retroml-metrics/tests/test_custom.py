"""Metrics that a config defines: computed while training, remembered over a pause, checked before a run starts."""

import dataclasses

import numpy as np
import pytest
import retroml_metrics
from retroml_metrics.custom import CustomMetric
from retroml_metrics.definitions import definition_problems
from retroml_metrics.expressions import BadExpression
from retroml_metrics.settings import CustomConfig

from retroml_core.config.composing import ConfigError, compose, from_tree, to_tree
from retroml_core.config.validation import check
from retroml_core.environment import EpisodeEnd
from retroml_core.testing import sample_batch, tiny_app


def batch(*scores, length=90, metrics=(), **samples):
    games = tuple(EpisodeEnd(environment=0, number=1, score=score, length=length, first_step=0) for score in scores)
    return dataclasses.replace(sample_batch(1, full=False), metrics=dict(metrics), episodes=games, samples=samples)


def custom(**definitions):
    return CustomMetric(CustomConfig(definitions=definitions))


def test_a_win_rate():
    metric = custom(win_rate="mean(score > 0)")
    assert metric.on_update(batch(1, -1, 0, 5)) == {"custom/win_rate": 0.5}
    assert metric.on_update(batch(2)) == {"custom/win_rate": 0.6}


def test_the_last_hundred_games_count():
    metric = custom(games="count(score)", oldest="first(score)")
    assert metric.on_update(batch(*range(150))) == {"custom/games": 100.0, "custom/oldest": 50.0}


def test_there_is_nothing_to_say_before_a_game_ended():
    assert custom(win_rate="mean(score > 0)").on_update(batch()) == {}


def test_a_duration_is_game_time_in_seconds():
    assert custom(time="last(duration)").on_update(batch(0, length=90)) == {"custom/time": 6.0}


def test_metrics_and_samples_can_be_named():
    metric = custom(share="100 * time/collect_share", still="mean(actions == 0)")
    numbers = metric.on_update(batch(metrics={"time/collect_share": 0.25}, actions=np.array([0, 0, 1, 2])))
    assert numbers == {"custom/share": 25.0, "custom/still": 0.5}


def test_a_definition_may_name_one_before_it():
    metric = custom(total="sum(score)", half="custom/total / 2")
    assert metric.on_update(batch(4, 6)) == {"custom/total": 10.0, "custom/half": 5.0}


def test_a_metric_that_was_not_reported_this_time_is_left_out():
    assert custom(loss="loss/policy * 2", games="count(score)").on_update(batch(1)) == {"custom/games": 1.0}


def test_a_bad_definition_cannot_be_made():
    with pytest.raises(BadExpression):
        custom(bad="open('x')")


def test_a_restored_one_goes_on_exactly():
    one, two = custom(mean="mean(score)", long="max(length)"), custom(mean="mean(score)", long="max(length)")
    one.on_update(batch(0.1, 0.2, 1 / 3))
    two.restore(one.state())
    assert two.on_update(batch(7)) == one.on_update(batch(7))


@pytest.fixture
def app(tmp_path):
    """An app that has no plugin but this one."""
    return tiny_app(tmp_path, {"metrics": retroml_metrics})


@pytest.fixture
def config(app):
    return from_tree({"game": "tiny", "algorithm": {"name": "random"}, "metrics": ["standard"]}, app)


GOOD = {"win_rate": "mean(score > 0)", "top": "quantile(score, 0.9)", "gap": "score/best - custom/top"}


def test_definitions_come_from_the_command_line_and_survive_being_saved(app):
    (name, text), *others = GOOD.items()
    given = [f"custom_metrics={{{name}:'{text}'}}", *[f"custom_metrics.{name}={text}" for name, text in others]]
    config = compose(app, ["game=tiny", "film.renderers=[]", *given])
    assert config.custom_metrics == GOOD
    assert from_tree(to_tree(config), app).custom_metrics == GOOD


def test_a_wrong_definition_is_refused_before_a_run_starts(app):
    overrides = ["game=tiny", "film.renderers=[]", "custom_metrics.win_rate=mean(scores > 0)", "custom_metrics.two=open(1)"]
    with pytest.raises(ConfigError) as refused:
        compose(app, overrides)
    assert "custom_metrics.win_rate=mean(scores > 0): there is no list called 'scores'; did you mean score?" in str(
        refused.value
    )
    assert "custom_metrics.two=open(1): there is no function called 'open'" in str(refused.value)


@pytest.fixture
def telling(app, monkeypatch):
    """The algorithm tells which metrics it reports."""
    spec = dataclasses.replace(app.registry.algorithms["random"], reports={"time/collect_share": "", "grad/norm_*": ""})
    monkeypatch.setitem(app.registry.algorithms, "random", spec)


@pytest.mark.parametrize(
    ("definitions", "words"),
    [
        ({"Win": "mean(score)"}, "custom_metrics.Win=mean(score): the name must be lower-case letters, digits and _"),
        ({"win rate": "mean(score)"}, "the name must be lower-case letters, digits and _"),
        ({"a" * 41: "mean(score)"}, "at most 40 of them"),
        ({"gap": "custom/later + 1", "later": "1"}, "no metric is called custom/later"),
        ({"gap": "custom/gap + 1"}, "no metric is called custom/gap"),
        ({"gap": "score/wurst"}, "no metric is called score/wurst; did you mean score/"),
        ({"part": "advantage/max"}, "no metric is called advantage/max"),
    ],
)
def test_what_is_wrong_with_definitions(app, config, telling, definitions, words):
    config.custom_metrics = definitions
    (problem,) = definition_problems(config, app.registry)
    assert words in str(problem)


@pytest.mark.parametrize("text", ["time/collect_share", "score/best", "grad/norm_trunk_1", "custom/before"])
def test_metrics_of_this_run_can_be_named(app, config, telling, text):
    config.custom_metrics = {"before": "1", "after": text}
    assert list(definition_problems(config, app.registry)) == []


def test_an_algorithm_that_does_not_tell_its_metrics_is_trusted(app, config):
    config.custom_metrics = {"a": "anything/at_all + 1"}
    assert list(definition_problems(config, app.registry)) == []


def test_without_the_plugin_nothing_computes_them(tmp_path, config):
    config.custom_metrics, config.metrics = GOOD, []
    assert "custom_metrics=custom: no plugin offers it" in "\n".join(map(str, check(config, tiny_app(tmp_path))))
