"""The contract of algorithms as tests: subclass `AlgorithmContract` and let pytest tell you what is missing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from retroml_core.algorithm import Build, Decision, Report, StopTraining, Trainable
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing.checks import require
from retroml_core.testing.control import FakeControl
from retroml_core.testing.declarations import require_declared, require_spec
from retroml_core.testing.tiny import TinyConfig, TinyEnvironment
from retroml_core.tree import Tree, digest, load_tree, save_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core import AlgorithmSpec

__all__ = ["AlgorithmContract"]

METRIC_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)+")

Make = Callable[..., Trainable]


class AlgorithmContract:
    """What every algorithm owes. Set `spec`; the rest has defaults.

    `settings` are values for fields of the config: choose ones that make an update quick. `game` is the shape of the tiny
    game it plays, `chunks` how many times `advance` is called before things are compared.
    """

    spec: ClassVar[AlgorithmSpec]
    settings: ClassVar[Mapping[str, Any]] = {}
    network: ClassVar[NetworkConfig] = NetworkConfig()
    game: ClassVar[TinyConfig] = TinyConfig()
    chunks: ClassVar[int] = 2

    # --- making and training ------------------------------------------------------------------------------------------

    @pytest.fixture
    def make(self) -> Iterator[Make]:
        """`make(seed=1, playable=True)` builds the algorithm; with `playable=False` asking for an environment fails."""
        made: list[Trainable] = []

        def make(seed: int = 1, playable: bool = True) -> Trainable:
            made.append(self._build(seed, playable))
            return made[-1]

        yield make
        for trainable in made:
            trainable.close()

    def _build(self, seed: int, playable: bool) -> Trainable:
        from retroml_core.registry import resolve

        seeds, asked = Seeds(seed), []

        def make_environment(count: int) -> TinyEnvironment:
            require(playable, "make_environment was called by a mere player: make the environment in `advance` or `state`")
            asked.append(count)
            require(len(asked) == 1, "make_environment was called twice: keep the environment it returned")
            return TinyEnvironment(self.game, count, seeds.integer("environment"))

        build = Build(
            env=TinyEnvironment(self.game, 1, 0).info,
            config=self.spec.config(**self.settings),
            network=self.network,
            seeds=seeds,
            deterministic=True,
            threads=1,
            make_environment=make_environment,
        )
        trainable: Trainable = resolve(self.spec.factory)(build)
        return trainable

    def _train(self, trainable: Trainable, chunks: int | None = None) -> list[Report]:
        return [trainable.advance(FakeControl()) for _ in range(self.chunks if chunks is None else chunks)]

    def _obs(self, count: int) -> NDArray[np.uint8]:
        shape = (count, self.game.stack, self.game.size, self.game.size)
        return np.random.default_rng(5).integers(0, 256, shape).astype(np.uint8)

    # --- the offer ----------------------------------------------------------------------------------------------------

    def test_the_spec_says_what_it_offers(self) -> None:
        """Name, title and summary are there, and the factory can be imported."""
        require_spec(self.spec)
        require(self.spec.state_version >= 1, "state_version starts at 1 and rises when the tree of `state` changes shape")

    def test_the_config_is_declared_once(self) -> None:
        """The config is a dataclass made by `param`, with a field `name`."""
        require_declared(self.spec.config, self.spec.name)

    def test_it_has_every_method(self, make: Make) -> None:
        """The object made by the factory has all methods of `Trainable`."""
        missing = [name for name in dir(Trainable) if not name.startswith("_") and not hasattr(make(), name)]
        require(not missing, f"methods of retroml_core.algorithm.Trainable are missing: {missing}; subclass OnlineTrainable")

    # --- deciding -----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("count", [1, 5])
    @pytest.mark.parametrize("greedy", [False, True])
    def test_decisions_have_the_right_shape(self, make: Make, count: int, greedy: bool) -> None:
        """Actions are int64 (B,) within the game's actions."""
        actions = make(playable=False).act(self._obs(count), greedy=greedy).actions
        require(actions.shape == (count,), f"`act` must return actions of shape ({count},), not {actions.shape}")
        require(actions.dtype == np.int64, f"`act` must return int64 actions, not {actions.dtype}: use .astype(np.int64)")
        allowed = range(self.game.actions)
        require(set(actions.tolist()) <= set(allowed), f"`act` returned {actions.tolist()}; the game has actions {allowed}")

    def test_probabilities_are_probabilities(self, make: Make) -> None:
        """float32 (B, A), none negative, each row sums to 1; there when the spec's traits promise them."""
        decision = make(playable=False).act(self._obs(4), greedy=False)
        if decision.probabilities is None:
            require("probabilities" not in self.spec.traits, 'traits promise "probabilities" but `act` returns none')
            return
        chances = decision.probabilities
        require(chances.shape == (4, self.game.actions), f"probabilities must have shape (B, A), not {chances.shape}")
        require(chances.dtype == np.float32, f"probabilities must be float32, not {chances.dtype}: use .astype(np.float32)")
        require(bool((chances >= 0).all()), "probabilities must not be negative: apply a softmax")
        sums = chances.sum(axis=1)
        require(np.allclose(sums, 1, atol=1e-4), f"probabilities must sum to 1 in each row, not {sums.tolist()}")

    def test_values_are_one_a_row(self, make: Make) -> None:
        """float32 (B,), finite; there when the spec's traits promise them."""
        values = make(playable=False).act(self._obs(4), greedy=False).values
        if values is None:
            require("values" not in self.spec.traits, 'traits promise "values" but `act` returns none')
            return
        require(values.shape == (4,), f"values must have shape (B,), not {values.shape}: squeeze the last axis")
        require(values.dtype == np.float32, f"values must be float32, not {values.dtype}")
        require(bool(np.isfinite(values).all()), "values must be finite")

    def test_greedy_takes_the_likeliest(self, make: Make) -> None:
        """With `greedy` no other action is likelier than the one taken."""
        trainable = make()
        self._train(trainable)
        decision = trainable.act(self._obs(6), greedy=True)
        if decision.probabilities is None:
            return
        taken = decision.probabilities[np.arange(6), decision.actions]
        require(
            np.allclose(taken, decision.probabilities.max(axis=1), atol=1e-6),
            "with greedy=True take argmax of the probabilities",
        )

    def test_acting_follows_its_seed(self, make: Make) -> None:
        """The same seed draws the same actions, again and again."""
        trainable = make(playable=False)
        trainable.seed_acting(7)
        first = [trainable.act(self._obs(8), greedy=False).actions for _ in range(3)]
        trainable.seed_acting(7)
        second = [trainable.act(self._obs(8), greedy=False).actions for _ in range(3)]
        require(np.array_equal(first, second), "after `seed_acting(7)` `act` must draw the same actions as after it before")

    def test_acting_does_not_disturb_training(self, make: Make) -> None:
        """A run that is watched and evaluated ends as one that is not."""
        alone, watched = make(), make()
        for _ in range(self.chunks):
            alone.advance(FakeControl())
            watched.seed_acting(3)
            watched.act(self._obs(3), greedy=False)
            watched.advance(FakeControl())
        require(
            alone.fingerprint() == watched.fingerprint(),
            "`act` changed what is learned: draw from a generator of its own, and restore the network's training mode",
        )

    # --- training -----------------------------------------------------------------------------------------------------

    def test_a_chunk_reports_its_steps(self, make: Make) -> None:
        """Every chunk takes steps, and a report counts those of its chunk alone."""
        for report in self._train(make()):
            require(report.steps > 0, "`advance` must report the steps it took over all environments in Report.steps")

    def test_every_game_is_reported_once(self, make: Make) -> None:
        """The episodes of all reports are those the environment ended, in order."""
        episodes = [episode for report in self._train(make(), 3) for episode in report.episodes]
        require(episodes, "Report.episodes was empty throughout: pass on Transition.episodes")
        numbers = [episode.number for episode in episodes]
        require(len(set(numbers)) == len(numbers), f"episodes were reported twice: {numbers}; clear the list after a report")

    def test_metrics_are_finite_numbers_with_path_names(self, make: Make) -> None:
        """Names look like `loss/policy`; values are finite floats."""
        for report in self._train(make()):
            for name, value in report.metrics.items():
                require(METRIC_NAME.fullmatch(name), f"metric {name!r}: use a name like 'loss/policy' (docs/metrics.md)")
                require(
                    isinstance(value, float | int) and math.isfinite(value), f"metric {name} is {value!r}: use a finite float"
                )

    def test_samples_are_flat_arrays(self, make: Make) -> None:
        """The arrays for metric plugins have one axis."""
        for report in self._train(make()):
            for name, array in report.samples.items():
                require(np.ndim(array) == 1, f"sample {name!r} must have shape (n,), not {np.shape(array)}: use .ravel()")

    def test_it_ticks(self, make: Make) -> None:
        """`control.tick` is called, so that pausing and stopping are prompt."""
        control = FakeControl()
        make().advance(control)
        require(control.ticks > 0, "`advance` must call control.tick() at least once a vector step and once a minibatch")

    def test_it_returns_when_asked(self, make: Make) -> None:
        """While the core waits, `advance` returns at the next safe point."""
        trainable, control = make(), FakeControl(return_after=1)
        self._train(trainable, 1)
        trainable.advance(control)
        require(control.ticks <= 2, f"`advance` ticked {control.ticks} times after wants_return(): check it in every step")

    def test_an_emergency_stop_passes_through(self, make: Make) -> None:
        """StopTraining, raised by `tick`, is not caught."""
        trainable = make()
        try:
            for _ in range(50):
                trainable.advance(FakeControl(stop_after=1))
        except StopTraining:
            return
        require(False, "`advance` swallowed StopTraining: catch only exceptions you expect")

    def test_it_learns_something(self, make: Make) -> None:
        """Training changes the parameters, when the spec's traits say that it learns."""
        trainable = make()
        before = trainable.fingerprint()
        self._train(trainable)
        if "learns" in self.spec.traits:
            require(trainable.fingerprint() != before, "the fingerprint is the same after training: does `update` learn?")

    def test_the_same_seed_gives_the_same_result(self, make: Make) -> None:
        """Two runs of one seed end with equal parameters, when the spec's traits promise it."""
        if "deterministic" not in self.spec.traits:
            return
        one, two = make(3), make(3)
        self._train(one)
        self._train(two)
        require(one.fingerprint() == two.fingerprint(), "one seed gave two results: draw everything from build.seeds")

    # --- saving -------------------------------------------------------------------------------------------------------

    def test_the_state_is_a_plain_tree(self, make: Make, tmp_path: Path) -> None:
        """`state` survives `save_tree` and `load_tree` unchanged."""
        trainable = make()
        self._train(trainable)
        state = trainable.state()
        require(digest(_saved(state, tmp_path)) == digest(state), "`state` must hold only dicts, lists, arrays and numbers")

    @pytest.mark.parametrize("ticks", [None, 3])
    def test_a_restored_run_goes_on_bit_for_bit(self, make: Make, tmp_path: Path, ticks: int | None) -> None:
        """Killed after a checkpoint (also in the middle of a chunk) and resumed: the end is the same as without."""
        whole, resumed = make(), make()
        self._train(whole, 1)
        whole.advance(FakeControl(return_after=ticks))
        saved = _saved(whole.state(), tmp_path)
        resumed.restore(saved)
        require(resumed.fingerprint() == whole.fingerprint(), "`restore` must bring back every parameter `fingerprint` sees")
        self._train(whole)
        self._train(resumed)
        advice = "put optimizer, buffers, counters and generators into `learner_state` and take them up in `restore_learner`"
        require(resumed.fingerprint() == whole.fingerprint(), f"after `restore` training went on differently: {advice}")
        difference = _first_difference(whole.state(), resumed.state())
        require(not difference, f"after `restore` the state went on differently at {difference}: {advice}")

    def test_a_policy_decides_as_its_maker(self, make: Make, tmp_path: Path) -> None:
        """A player that took up `policy` through a file decides the same, and needs no environment."""
        maker, player = make(), make(2, playable=False)
        self._train(maker)
        player.load_policy(_saved(maker.policy(), tmp_path))
        for trainable in (maker, player):
            trainable.seed_acting(11)
        theirs, mine = (trainable.act(self._obs(8), greedy=False) for trainable in (maker, player))
        require(_same(theirs, mine), "after `load_policy` decisions differ: `policy` must hold all that `act` uses")

    def test_closing_twice_is_harmless(self, make: Make) -> None:
        """`close` may be called before training and any number of times."""
        make().close()
        trainable = make()
        self._train(trainable, 1)
        trainable.close()
        trainable.close()

    def test_flushing_needs_no_environment(self, make: Make) -> None:
        """`flush` returns text, before and after play began."""
        trainable = make()
        require(isinstance(trainable.flush(), str), "`flush` must return the head of the hash chain, or an empty string")
        self._train(trainable, 1)
        require(isinstance(trainable.flush(), str), "`flush` must return the head of the hash chain, or an empty string")


def _saved(tree: Tree, folder: Path) -> Tree:
    save_tree(tree, folder / "tree")
    return load_tree(folder / "tree")


def _same(one: Decision, two: Decision) -> bool:
    if one.probabilities is None or two.probabilities is None:
        return one.probabilities is two.probabilities and np.array_equal(one.actions, two.actions)
    close = np.allclose(one.probabilities, two.probabilities, atol=1e-5)
    return close and np.array_equal(one.actions, two.actions)


def _first_difference(one: Any, two: Any, path: str = "") -> str:
    """The path of the first leaf in which two trees differ; empty when they are equal."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        return next((found for key in one if (found := _first_difference(one[key], two[key], f"{path}/{key}"))), "")
    if isinstance(one, list | tuple) and isinstance(two, list | tuple) and len(one) == len(two):
        pairs = enumerate(zip(one, two, strict=True))
        return next((found for i, (a, b) in pairs if (found := _first_difference(a, b, f"{path}/{i}"))), "")
    return "" if digest({"leaf": one}) == digest({"leaf": two}) else path or "/"
