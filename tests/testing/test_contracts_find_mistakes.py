"""The suites find the mistakes that are easily made, and say in words what to do about each."""

import sys
from dataclasses import dataclass, replace
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from retroml_core import CommandSpec, ExporterSpec, MetricSpec, RendererSpec, hookimpl
from retroml_core.algorithm import TrainingFault
from retroml_core.builtin import retroml_algorithms
from retroml_core.builtin.random_agent import RandomAgent
from retroml_core.exporting import Exporter, LiveExporter
from retroml_core.filming import FilmResult, FilmSegment
from retroml_core.metrics import Metric
from retroml_core.testing import (
    TINY_ENVIRONMENT,
    AlgorithmContract,
    EnvironmentContract,
    ExporterContract,
    MetricContract,
    PluginContract,
    RendererContract,
    TinyEnvironment,
    tiny_app,
    tiny_run,
)
from retroml_core.testing.film import made_up_tape


@dataclass
class AnyConfig:
    name: str = "any"


def offered(kind, thing, **more):
    return kind(name="any", title="Any", summary="Any.", config=AnyConfig, factory=f"{__name__}:{thing.__name__}", **more)


class ReadyAtOnce(RandomAgent):
    def ready(self):
        return True


class CountsAllSteps(RandomAgent):
    total = 0

    def advance(self, control):
        report = super().advance(control)
        self.total += report.steps
        return replace(report, steps=self.total)


class LosesGames(RandomAgent):
    def advance(self, control):
        report = super().advance(control)
        return replace(report, episodes=report.episodes[1:])


class KeepsItsUpdatesToItself(RandomAgent):
    def advance(self, control):
        report = super().advance(control)
        self.environment.note_policy(0)
        return report


class ForgetsItsBudget(RandomAgent):
    def _returns(self, control, playing=0):
        return control.wants_return()


class LeavesEmulatorsBehind(RandomAgent):
    def close(self):
        self.environment = None


class LeavesTheTapeInMemory(RandomAgent):
    def flush(self):
        return ""


class PaintsOver(RandomAgent):
    def act(self, obs, *, greedy):
        obs //= 2
        return super().act(obs, greedy=greedy)


class KeepsItsCritic(RandomAgent):
    def act(self, obs, *, greedy):
        return replace(super().act(obs, greedy=greedy), values=np.full(len(obs), self.updates, np.float32))


class Explodes(RandomAgent):
    def act(self, obs, *, greedy):
        decision = super().act(obs, greedy=greedy)
        return replace(decision, probabilities=decision.probabilities * np.float32(np.nan))


@pytest.mark.parametrize(
    ("mistake", "test", "advice"),
    [
        (ReadyAtOnce, "a_chunk_reports_its_steps", "ready"),
        (CountsAllSteps, "a_chunk_reports_its_steps", "count those of a chunk"),
        (KeepsItsUpdatesToItself, "a_chunk_reports_its_steps", r"say note_policy\(2\)"),
        (LosesGames, "every_game_is_reported_once", "are in no report"),
        (ForgetsItsBudget, "it_keeps_to_a_budget_in_steps", "ask control.remaining_steps"),
        (LeavesEmulatorsBehind, "closing_twice_is_harmless", "`close` must close what"),
        (LeavesTheTapeInMemory, "flushing_needs_no_environment", "`flush` must flush what"),
        (PaintsOver, "decisions_have_the_right_shape", "change a copy"),
        (KeepsItsCritic, "a_policy_decides_as_its_maker", "hold all that `act` uses"),
        (Explodes, "greedy_takes_the_likeliest", "no numbers"),
    ],
)
def test_mistakes_in_algorithms_are_found(tmp_path, mistake, test, advice):
    suite = AlgorithmContract()
    suite.spec = replace(retroml_algorithms()[0], factory=f"{__name__}:{mistake.__name__}")
    suite.settings = {"environments": 2}
    more = {"count": 5, "greedy": False} if test.startswith("decisions") else {}
    more |= {"tmp_path": tmp_path} if test.startswith("a_policy") else {}
    with pytest.raises((AssertionError, TrainingFault), match=advice):
        getattr(suite, f"test_{test}")(make=lambda seed=1, playable=True: suite._build(seed, playable), **more)


def test_a_trait_that_nobody_knows_is_found():
    suite = AlgorithmContract()
    suite.spec = replace(retroml_algorithms()[0], traits=frozenset({"determinstic"}))
    with pytest.raises(AssertionError, match="'determinstic'"):
        suite.test_the_spec_says_what_it_offers()


class ShowsTheNextGameLast(TinyEnvironment):
    def recv(self):
        transition = super().recv()
        return replace(transition, final_obs={at: transition.obs[at] for at in transition.final_obs})


class CutsInSilence(TinyEnvironment):
    def recv(self):
        transition = super().recv()
        return replace(transition, episodes=tuple(replace(end, truncated=False) for end in transition.episodes))


class CountsItsOwnSteps(TinyEnvironment):
    def recv(self):
        transition = super().recv()
        ends = (replace(end, first_step=end.first_step // self.count) for end in transition.episodes)
        return replace(transition, episodes=tuple(ends))


class RewardsTooMuch(TinyEnvironment):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.info = replace(self.info, reward_limit=0.5)


class ReusesItsPoints(TinyEnvironment):
    points = np.zeros(3, np.float32)

    def recv(self):
        transition = super().recv()
        self.points[:] = transition.raw_rewards
        return replace(transition, raw_rewards=self.points)


def open_another_tape(_folder):
    return made_up_tape()


@pytest.mark.parametrize(
    ("mistake", "test", "advice"),
    [
        (ShowsTheNextGameLast, "ends_are_told_completely", "`obs` is already the first picture of the next game"),
        (CutsInSilence, "ends_are_told_completely", "where EpisodeEnd.truncated is"),
        (CountsItsOwnSteps, "episodes_are_numbered", "steps were taken in all games"),
        (RewardsTooMuch, "scores_and_lengths_are_those_played", "not within `reward_limit`"),
        (ReusesItsPoints, "what_was_returned_is_not_written_to_again", "return copies"),
        (TinyEnvironment, "the_tape_holds_what_was_played", "are on the tape"),
    ],
)
def test_mistakes_in_environments_are_found(tmp_path, mistake, test, advice):
    suite = EnvironmentContract()
    suite.spec = replace(TINY_ENVIRONMENT, tape=f"{__name__}:open_another_tape")
    suite.game = "tiny"
    more = {"tmp_path": tmp_path} if "tape" in test else {}
    with pytest.raises(AssertionError, match=advice):
        getattr(suite, f"test_{test}")(make=lambda: mistake(suite.spec.config(), suite.count, 1), **more)


class SaysNothingAtAll(Metric):
    def on_update(self, batch):
        return {"seen/spread": 1.0} if batch.samples else None


class DividesByTheSpread(Metric):
    def on_update(self, batch):
        return {"seen/spread": float(1 / np.var(batch.samples["returns"]))} if batch.samples else {}


class SharesItsMemory(Metric):
    seen: ClassVar = []

    def on_update(self, batch):
        self.seen.append(batch.update)
        return {"seen/spread": float(len(self.seen))}


@pytest.mark.parametrize(
    ("mistake", "test", "advice"),
    [
        (SaysNothingAtAll, ("it_reports_finite_numbers_under_known_names", "nothing"), "must return a dict"),
        (DividesByTheSpread, ("it_reports_finite_numbers_under_known_names", "one and the same"), "leave it out"),
        (SharesItsMemory, ("it_has_something_to_say",), "in `__init__`, not in the class"),
    ],
)
def test_mistakes_in_metrics_are_found(mistake, test, advice):
    suite = MetricContract()
    suite.spec = offered(MetricSpec, mistake, reports={"seen/spread": ""})
    with pytest.raises(AssertionError, match=advice):
        getattr(suite, f"test_{test[0]}")(*test[1:])


class Texts(Exporter):
    def export(self, runs, folder):
        paths = [folder / f"{run.id}.txt" for run in runs]
        for path, run in zip(paths, runs, strict=True):
            path.write_text(f"{run.id} {run.tree['seed']}")
        return paths


class Strings(Texts):
    def export(self, runs, folder):
        return [str(path) for path in super().export(runs, folder)]


class OnlyTheFirst(Texts):
    def export(self, runs, folder):
        return super().export(runs[:1], folder)


class NeedsAGame(Texts):
    def export(self, runs, folder):
        return super().export([run for run in runs if run.episodes()[0]], folder)


class Writing(LiveExporter):
    def __init__(self, path, mode, bus, hear):
        self.file = path.open(mode)
        self.end = bus.subscribe("episode_finished", lambda event: self.file.write(hear(event)))

    def close(self):
        self.end()
        self.file.close()


class Breaks(Texts):
    def follow(self, run, bus):
        return Writing(run.metrics_folder / "live.txt", "a", bus, lambda event: event.data["points"])


class BeginsAnew(Texts):
    def follow(self, run, bus):
        return Writing(run.metrics_folder / "live.txt", "w", bus, lambda _event: "a game")


@pytest.mark.parametrize(
    ("mistake", "test", "advice"),
    [
        (Strings, "it_makes_what_it_says", "the list of the Paths"),
        (OnlyTheFirst, "several_runs_do_not_overwrite_each_other", "export every run"),
        (NeedsAGame, "a_run_without_numbers_is_refused_or_exported_whole", "IndexError.*raise ExportError"),
        (Breaks, "a_live_one_follows_a_run", "KeyError: 'points'.*every event"),
        (BeginsAnew, "a_live_one_follows_a_run", "append, or begin another file"),
    ],
)
def test_mistakes_in_exporters_are_found(tmp_path, mistake, test, advice):
    suite = ExporterContract()
    suite.spec = offered(ExporterSpec, mistake, suffix=".txt", media_type="text/plain", live="live" in test)
    (tmp_path / "out").mkdir()
    run = tiny_run(tmp_path / "root") if "live" not in test and "without" not in test else None
    known = {"run": run, "folder": tmp_path / "out", "tmp_path": tmp_path}
    method = getattr(suite, f"test_{test}")
    asked = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    with pytest.raises(AssertionError, match=advice):
        method(**{name: known[name] for name in asked})


class Silent:
    """Writes a file that is no film and says that it shows a game of three points."""

    def __init__(self, config):
        pass

    def render(self, job):
        job.target.write_bytes(b"film")
        shown = {"start_seconds": 0.0, "end_seconds": 4.0, "first_step": 0, "last_step": 50, "first_index": 0, "last_index": 49}
        segment = FilmSegment(title="Game 1", stream="training", episode=1, score=3.0, training_seconds=1.0, **shown)
        size = {"width": 320, "height": 240, "fps": 30, "frames": 120, "seconds": 4.0}
        return FilmResult(title="Film", segments=(segment,), **size)


def short_looks():
    found = SimpleNamespace(width=320, height=240, fps=30.0, seconds=1.0)
    return SimpleNamespace(examine=lambda _film: found)


@pytest.fixture
def films(tmp_path):
    """The suite of `Silent`, and a job for it."""
    suite = RendererContract()
    suite.spec = offered(RendererSpec, Silent, looks=f"{__name__}:short_looks")
    suite._render = Silent(suite.spec.config()).render
    config = SimpleNamespace(fps=30, height=240)
    return suite, SimpleNamespace(tape=made_up_tape(games=2), target=tmp_path / "film.mp4", config=config)


def test_points_that_are_not_those_on_the_tape_are_found(films):
    suite, job = films
    with pytest.raises(AssertionError, match="episode 1 up to 2 points, not 3"):
        suite.test_segments_say_what_is_shown_when(job)


def test_a_file_that_is_not_what_the_result_says_is_found(films):
    suite, job = films
    with pytest.raises(AssertionError, match=r"the file lasts 1\.0 s, FilmResult says 4\.0 s"):
        suite.test_the_result_describes_the_film(job)


def test_an_offer_that_cannot_be_imported_is_found(tmp_path, monkeypatch):
    command = CommandSpec(name="best", title="Best", summary="Name the best.", factory="math:best_of_all")
    module = ModuleType("made_up")
    module.retroml_commands = hookimpl(lambda: [command])
    monkeypatch.setitem(sys.modules, "made_up", module)
    suite = PluginContract()
    suite.module = "made_up"
    with pytest.raises(AttributeError, match="best_of_all"):
        suite.test_everything_it_offers_can_be_made(tiny_app(tmp_path, {"made_up": module}))
