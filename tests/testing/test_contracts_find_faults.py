"""The suites find what they are for: an algorithm, an environment, a metric and an exporter with one fault each are caught."""

import sys
from dataclasses import dataclass, replace
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest

from retroml_core import AlgorithmSpec, EnvironmentSpec, ExporterSpec, MetricSpec, hookimpl
from retroml_core.builtin import retroml_algorithms
from retroml_core.builtin.random_agent import RandomAgent
from retroml_core.exporting import Exporter
from retroml_core.metrics import Metric
from retroml_core.testing import (
    TINY_ENVIRONMENT,
    AlgorithmContract,
    EnvironmentContract,
    ExporterContract,
    MetricContract,
    PluginContract,
    TinyEnvironment,
)
from retroml_core.tree import digest


class Algorithms(AlgorithmContract):
    settings: ClassVar = {"environments": 2}


def run_algorithm(factory, test, **arguments):
    """Run one test of the contract on the random agent spoilt by `factory`."""
    suite = Algorithms()
    offered: AlgorithmSpec = retroml_algorithms()[0]
    type(suite).spec = replace(offered, factory=f"{__name__}:{factory}")
    made = []

    def make(seed=1, playable=True):
        made.append(suite._build(seed, playable))
        return made[-1]

    getattr(suite, test)(make=make, **arguments)


class FloatActions(RandomAgent):
    def act(self, obs, *, greedy):
        decision = super().act(obs, greedy=greedy)
        return replace(decision, actions=decision.actions.astype(np.float32))


class DoubleChances(RandomAgent):
    def act(self, obs, *, greedy):
        decision = super().act(obs, greedy=greedy)
        return replace(decision, probabilities=decision.probabilities * 2)


class DisturbedByWatching(RandomAgent):
    def act(self, obs, *, greedy):
        return replace(super().act(obs, greedy=greedy), actions=self.choose(obs))


class CountsItsViewers(RandomAgent):
    seen = 0

    def act(self, obs, *, greedy):
        self.seen += 1
        return super().act(obs, greedy=greedy)

    def learner_state(self):
        return super().learner_state() | {"watched": self.seen}

    def fingerprint(self):
        return digest(super().learner_state())


class ForgetsItsGenerator(RandomAgent):
    def restore_learner(self, state):
        self._seen = int(state["seen"])


class NeverReturns(RandomAgent):
    def advance(self, control):
        class Deaf:
            tick, remaining_steps, fraction = control.tick, control.remaining_steps, control.fraction

            def wants_return(self):
                return False

        return super().advance(Deaf())


class OddState(RandomAgent):
    def learner_state(self):
        return super().learner_state() | {"odd": {1, 2}}


def test_actions_of_a_wrong_type_are_found():
    with pytest.raises(AssertionError, match="int64"):
        run_algorithm("FloatActions", "test_decisions_have_the_right_shape", count=5, greedy=False)


def test_probabilities_that_do_not_sum_to_one_are_found():
    with pytest.raises(AssertionError, match="sum to 1"):
        run_algorithm("DoubleChances", "test_probabilities_are_probabilities")


def test_acting_that_disturbs_training_is_found():
    with pytest.raises(AssertionError, match="generator of its own"):
        run_algorithm("DisturbedByWatching", "test_acting_does_not_disturb_training")


def test_acting_that_shows_in_the_state_is_found():
    with pytest.raises(AssertionError, match="changed /learner/watched of the state"):
        run_algorithm("CountsItsViewers", "test_acting_does_not_disturb_training")


def test_a_generator_left_out_of_restoring_is_found(tmp_path):
    with pytest.raises(AssertionError, match="restore"):
        run_algorithm("ForgetsItsGenerator", "test_a_restored_run_goes_on_bit_for_bit", tmp_path=tmp_path, ticks=None)


def test_a_chunk_that_does_not_return_is_found():
    with pytest.raises(AssertionError, match="wants_return"):
        run_algorithm("NeverReturns", "test_it_returns_when_asked")


def test_a_state_that_is_no_plain_tree_is_found(tmp_path):
    with pytest.raises(TypeError, match="set"):
        run_algorithm("OddState", "test_the_state_is_a_plain_tree", tmp_path=tmp_path)


class ClippedScores(TinyEnvironment):
    """Counts learning rewards as points."""

    def recv(self):
        transition = super().recv()
        return replace(transition, raw_rewards=transition.rewards)


class Reuses(TinyEnvironment):
    """Writes every observation into the same array."""

    def recv(self):
        transition = super().recv()
        self._shared = getattr(self, "_shared", np.empty_like(transition.obs))
        self._shared[:] = transition.obs
        return replace(transition, obs=self._shared)


class Forgets(TinyEnvironment):
    """Leaves its generator out of the state."""

    def restore(self, state):
        return super().restore({**state, "random": np.random.PCG64(0).state})


class NoStacks(TinyEnvironment):
    """Says that its observations are running stacks of pictures, which they are not."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.info = replace(self.info, stacked=True)


def make_clipped(build):
    return ClippedScores(build.config, build.count, build.seed)


def make_reusing(build):
    return Reuses(build.config, build.count, build.seed)


def make_forgetting(build):
    return Forgets(build.config, build.count, build.seed)


def make_stackless(build):
    return NoStacks(build.config, build.count, build.seed)


@pytest.mark.parametrize(
    ("factory", "test", "advice"),
    [
        ("make_clipped", "test_scores_and_lengths_are_those_played", "raw rewards sum to"),
        ("make_reusing", "test_what_was_returned_is_not_written_to_again", "return copies"),
        ("make_stackless", "test_stacks_move_on_by_one_picture", "leave out `stacked`"),
        ("make_forgetting", "test_a_restored_environment_goes_on_bit_for_bit", "put it into `state`"),
    ],
)
def test_faults_of_environments_are_found(tmp_path, factory, test, advice):
    class Environments(EnvironmentContract):
        spec: EnvironmentSpec = replace(TINY_ENVIRONMENT, factory=f"{__name__}:{factory}")
        game = "tiny"

    suite = Environments()

    def make(seed=1, attempt=1, folder="tape"):
        return suite.build(tmp_path / folder, seed, attempt)

    arguments = {"tmp_path": tmp_path} if "restored" in test else {}
    with pytest.raises(AssertionError, match=advice):
        getattr(suite, test)(make=make, **arguments)


@dataclass
class AnyConfig:
    name: str = "any"


class Forgetful(Metric):
    """Has a memory and does not save it."""

    seen = 0

    def on_update(self, batch):
        self.seen += 1
        return {"seen/updates": self.seen}


class Unlisted(Metric):
    def on_update(self, batch):
        return {"other/name": 1.0}


class Writes(Metric):
    def on_update(self, batch):
        if "values" in batch.samples:
            batch.samples["values"][0] = 0
        return {"seen/updates": 1.0}


@pytest.mark.parametrize(
    ("factory", "test", "arguments", "advice"),
    [
        ("Forgetful", "test_a_restored_metric_goes_on_exactly", ("tmp_path",), "put all memory into `state`"),
        ("Unlisted", "test_it_reports_finite_numbers_under_known_names", ("shown",), "MetricSpec.reports"),
        ("Writes", "test_it_does_not_change_what_it_is_shown", (), "copy what you change"),
    ],
)
def test_faults_of_metrics_are_found(tmp_path, factory, test, arguments, advice):
    class Metrics(MetricContract):
        spec = MetricSpec(
            name="any",
            title="Any",
            summary="Any.",
            config=AnyConfig,
            factory=f"{__name__}:{factory}",
            reports={"seen/updates": ""},
        )

    values = {"tmp_path": tmp_path, "shown": "all"}
    with pytest.raises(AssertionError, match=advice):
        getattr(Metrics(), test)(**{name: values[name] for name in arguments})


class Anonymous(Exporter):
    """Does not say which run it exports."""

    def export(self, runs, folder):
        (folder / "out.txt").write_text("numbers")
        return [folder / "out.txt"]


class Messy(Exporter):
    """Leaves a temporary file."""

    def export(self, runs, folder):
        (folder / "out.txt.tmp").write_text("half")
        (folder / "out.txt").write_text(runs[0].id)
        return [folder / "out.txt"]


@pytest.mark.parametrize(
    ("factory", "test", "advice"),
    [
        ("Anonymous", "test_run_and_seed_can_be_found_in_it", "write run id and seed"),
        ("Messy", "test_it_makes_what_it_says", "remove temporary ones"),
    ],
)
def test_faults_of_exporters_are_found(tmp_path, factory, test, advice):
    from retroml_core.testing import tiny_run

    class Exporters(ExporterContract):
        spec = ExporterSpec(
            name="any",
            title="Any",
            summary="Any.",
            config=AnyConfig,
            factory=f"{__name__}:{factory}",
            suffix=".txt",
            media_type="text/plain",
        )

    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(AssertionError, match=advice):
        getattr(Exporters(), test)(run=tiny_run(tmp_path / "root"), folder=folder)


@pytest.mark.parametrize(
    ("hooks", "advice"),
    [
        ({}, "no hook was found"),
        ({"retroml_games": hookimpl(lambda: [1]), "retroml_algorithms": lambda: [1]}, "retroml_algorithms: never called"),
    ],
    ids=["none", "unmarked"],
)
def test_hooks_that_are_never_called_are_found(monkeypatch, hooks, advice):
    suite = PluginContract()
    suite.module = "made_up"
    module = ModuleType("made_up")
    vars(module).update(hooks)
    monkeypatch.setitem(sys.modules, "made_up", module)
    with pytest.raises(AssertionError, match=advice):
        suite.test_it_offers_something()
