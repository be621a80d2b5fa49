"""The contract of environments as tests: subclass `EnvironmentContract`.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from retroml_core.environment import EnvironmentBuild, EpisodeEnd, Transition, VectorEnvironment
from retroml_core.plugins.spec_checks import resolve
from retroml_core.tape import open_tape
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_declared, require_spec
from retroml_core.tree import load_tree, save_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core import EnvironmentSpec

__all__ = ["EnvironmentContract"]

Make = Callable[..., VectorEnvironment]


class EnvironmentContract:
    """What every environment owes. Set `spec` and `game`; choose `settings` that end games soon.

    `count` games are played at once. `steps` vector steps are looked at; within `patience` of them random play must end a
    game.
    """

    spec: ClassVar[EnvironmentSpec]
    game: ClassVar[str]
    settings: ClassVar[Mapping[str, Any]] = {}
    count: ClassVar[int] = 3
    steps: ClassVar[int] = 40
    patience: ClassVar[int] = 2000

    # --- making and playing -------------------------------------------------------------------------------------------

    @pytest.fixture
    def make(self, tmp_path: Path) -> Iterator[Make]:
        """`make(seed=1, attempt=1, folder="tape")` builds the environment, recording into `folder` where it keeps a tape."""
        made: list[VectorEnvironment] = []

        def make(seed: int = 1, attempt: int = 1, folder: str = "tape") -> VectorEnvironment:
            made.append(self.build(tmp_path / folder, seed, attempt))
            return made[-1]

        yield make
        for environment in made:
            environment.close()

    def build(self, tape_folder: Path, seed: int, attempt: int) -> VectorEnvironment:
        """A fresh environment, made as the core makes it."""
        if self.spec.tape:
            tape_folder.mkdir(exist_ok=True)
        build = EnvironmentBuild(
            game=self.game,
            config=self.spec.config(**self.settings),
            count=self.count,
            seed=seed,
            threads=1,
            tape_folder=tape_folder if self.spec.tape else None,
            attempt=attempt,
        )
        environment: VectorEnvironment = resolve(self.spec.factory)(build)
        return environment

    def _play(self, environment: VectorEnvironment, steps: int, seed: int = 5) -> list[Transition]:
        random = np.random.default_rng(seed)
        return [self._step(environment, random) for _ in range(steps)]

    def _step(self, environment: VectorEnvironment, random: np.random.Generator) -> Transition:
        environment.send(random.integers(0, environment.info.action_count, self.count))
        return environment.recv()

    def _play_to_ends(self, environment: VectorEnvironment, ends: int) -> list[Transition]:
        random, seen = np.random.default_rng(6), 0
        played: list[Transition] = []
        while seen < ends:
            require(len(played) < self.patience, f"no game ended in {self.patience} steps: choose settings that end games soon")
            played.append(self._step(environment, random))
            seen += len(played[-1].episodes)
        return played

    # --- the offer ----------------------------------------------------------------------------------------------------

    def test_the_spec_says_what_it_offers(self) -> None:
        """Name, title, summary, factory; a tape, or why there is none."""
        require_spec(self.spec)
        require(self.spec.tape or self.spec.no_tape, "name the tape's reader in `tape`, or say in `no_tape` why there is none")

    def test_the_config_is_declared_once(self) -> None:
        """The config is a dataclass made by `param`, with a field `name`."""
        require_declared(self.spec.config, self.spec.name)

    def test_it_says_what_it_is(self, make: Make) -> None:
        """`info` and `count` are there before the first step."""
        environment = make()
        require(environment.count == self.count, f"`count` must be {self.count} as asked for, not {environment.count}")
        require(environment.info.game == self.game, f"`info.game` must be {self.game!r}, not {environment.info.game!r}")
        require(environment.info.action_count >= 2, "`info.actions` must list the meanings of two actions at least")
        require(environment.info.frames_per_step >= 1, "`info.frames_per_step` must be 1 at least")

    # --- playing ------------------------------------------------------------------------------------------------------

    def test_first_observations(self, make: Make) -> None:
        """uint8 (B, C, H, W)."""
        environment = make()
        _require_obs(environment.reset(), environment, "`reset`")

    def test_transitions_have_the_right_shapes(self, make: Make) -> None:
        """All arrays (B,) with the types of `Transition`."""
        environment = make()
        environment.reset()
        for transition in self._play(environment, 5):
            _require_obs(transition.obs, environment, "Transition.obs")
            types = {"actions": np.int64, "rewards": np.float32, "raw_rewards": np.float32}
            for name, dtype in {**types, "terminated": np.bool_, "truncated": np.bool_}.items():
                array = getattr(transition, name)
                require(array.shape == (self.count,), f"Transition.{name} must have shape (B,), not {array.shape}")
                require(array.dtype == dtype, f"Transition.{name} must be {np.dtype(dtype)}, not {array.dtype}")

    def test_executed_actions_are_told(self, make: Make) -> None:
        """`send` returns the actions that are carried out, as the transition does."""
        environment = make()
        environment.reset()
        executed = environment.send(np.ones(self.count, np.int64)).copy()
        told = environment.recv().actions
        require(np.array_equal(executed, told), f"`send` returned {executed} but Transition.actions is {told}")

    def test_what_was_returned_is_not_written_to_again(self, make: Make) -> None:
        """The arrays of a transition belong to the receiver."""
        environment = make()
        first = environment.reset()
        held: list[tuple[NDArray[Any], NDArray[Any]]] = [(first, first.copy())]
        for seed in range(4):
            (transition,) = self._play(environment, 1, seed)
            arrays = [getattr(transition, field.name) for field in dataclasses.fields(Transition)]
            held += [(array, array.copy()) for array in arrays if isinstance(array, np.ndarray)]
        kept = all(np.array_equal(array, copy) for array, copy in held)
        require(kept, "an array of an earlier transition was changed by a later step: return copies")

    def test_stacks_move_on_by_one_picture(self, make: Make) -> None:
        """Where `info.stacked` says so, an observation goes on like the one before, but for its newest picture."""
        environment = make()
        before = environment.reset()
        for transition in self._play_to_ends(environment, 1) + self._play(environment, 5):
            going = [at for at in range(self.count) if at not in transition.final_obs]
            same = np.array_equal(transition.obs[going, :-1], before[going, 1:])
            require(same or not environment.info.stacked, "observations are no running stacks of pictures: leave out `stacked`")
            before = transition.obs

    def test_scores_and_lengths_are_those_played(self, make: Make) -> None:
        """An episode's score is the sum of its raw rewards, its length the number of its steps."""
        environment = make()
        environment.reset()
        scores, lengths = np.zeros(self.count), np.zeros(self.count, np.int64)
        limit = environment.info.reward_limit or np.inf
        for transition in self._play_to_ends(environment, self.count + 1):
            shown = transition.rewards
            require(np.isfinite(shown).all() and np.abs(shown).max() <= limit, f"rewards {shown} are not within `reward_limit`")
            scores += transition.raw_rewards
            lengths += 1
            for end in transition.episodes:
                at = end.environment
                require(np.isclose(end.score, scores[at]), f"score {end.score} but the raw rewards sum to {scores[at]}")
                require(end.length == lengths[at], f"length {end.length} but {lengths[at]} steps were taken")
                scores[at], lengths[at] = 0, 0

    def test_ends_are_told_completely(self, make: Make) -> None:
        """Where a game ended, `terminated` or `truncated` is set and `final_obs` holds its last picture, no longer `obs`."""
        environment = make()
        environment.reset()
        differs = False
        for transition in self._play_to_ends(environment, self.count + 1):
            ended = {end.environment for end in transition.episodes}
            marked = set(np.flatnonzero(transition.terminated | transition.truncated).tolist())
            require(ended <= marked, f"games {ended} ended but terminated or truncated is set for {marked}")
            cut, told = (end.environment for end in transition.episodes if end.truncated), np.flatnonzero(transition.truncated)
            require(set(cut) == set(told.tolist()), "set Transition.truncated where EpisodeEnd.truncated is, and only there")
            require(set(transition.final_obs) == ended, f"final_obs must hold the last observation of {ended}, and of no other")
            for at in ended:
                last = transition.final_obs[at]
                require(last.shape == environment.info.observation_shape, "final_obs must be (C, H, W)")
                differs |= not np.array_equal(last, transition.obs[at])
        require(differs, "at an end `obs` is already the first picture of the next game, `final_obs` the last of the old one")

    def test_episodes_are_numbered(self, make: Make) -> None:
        """Every game has a number of its own, and begins at a step that lies before its end."""
        environment = make()
        environment.reset()
        played = self._play_to_ends(environment, self.count + 1)
        ends: list[EpisodeEnd] = [end for transition in played for end in transition.episodes]
        numbers = [end.number for end in ends]
        require(len(set(numbers)) == len(numbers), f"the episode numbers {numbers} repeat: count them over all environments")
        begun = [0] * self.count
        for step, transition in enumerate(played, 1):
            for end in transition.episodes:
                said, true = end.first_step, begun[end.environment]
                require(said == true, f"first_step is {said}, but the game began when {true} steps were taken in all games")
                begun[end.environment] = step * self.count

    def test_the_tape_holds_what_was_played(self, make: Make, tmp_path: Path) -> None:
        """Where the spec names a tape it can be opened once flushed, and tells of the same steps and games."""
        if not self.spec.tape:
            return
        environment = make()
        environment.reset()
        played = self._play_to_ends(environment, 2)
        environment.flush()
        tape = open_tape(tmp_path, self.spec.tape)
        steps, taped = tape.steps(), [game for game in tape.episodes() if game.finished]
        tape.close()
        require(steps == len(played) * self.count, f"{len(played) * self.count} steps were played, {steps} are on the tape")
        ends = {(end.number, end.score, end.length) for transition in played for end in transition.episodes}
        same = ends == {(game.number, game.score, game.length) for game in taped}
        require(same, "the finished games on the tape are not those that ended: record number, score and length of each")

    # --- repeating and restoring --------------------------------------------------------------------------------------

    def test_the_same_seed_plays_the_same_games(self, make: Make) -> None:
        """Equal seeds and actions give equal observations and rewards, bit for bit."""
        plays = []
        for folder in ("one", "two"):
            environment = make(3, folder=folder)
            first = environment.reset()
            plays.append((first, self._play(environment, self.steps)))
            environment.close()
        require(np.array_equal(plays[0][0], plays[1][0]), "the same seed began with other observations")
        difference = _first_difference(plays[0][1], plays[1][1])
        require(not difference, f"the same seed and actions played differently: {difference}; draw everything from build.seed")

    def test_a_restored_environment_goes_on_bit_for_bit(self, make: Make, tmp_path: Path) -> None:
        """Saved in the middle of games, through files, and taken up by a new one: the play goes on the same."""
        environment = make()
        environment.reset()
        before = self._play(environment, self.steps)
        environment.flush()
        save_tree(environment.state(), tmp_path / "state")
        expected = self._play(environment, self.steps, seed=8)
        environment.close()
        resumed = make(attempt=2)
        obs = resumed.restore(load_tree(tmp_path / "state"))
        require(np.array_equal(obs, before[-1].obs), "`restore` must return the observations the agent saw last")
        difference = _first_difference(expected, self._play(resumed, self.steps, seed=8))
        require(not difference, f"after `restore` the play went on differently: {difference}; put it into `state`")

    # --- the rest -----------------------------------------------------------------------------------------------------

    def test_the_policy_may_be_noted_at_any_time(self, make: Make) -> None:
        """`note_policy` is harmless between steps."""
        environment = make()
        environment.reset()
        environment.note_policy(1)
        self._play(environment, 2)
        environment.note_policy(2)

    def test_flushing_returns_text(self, make: Make) -> None:
        """The head of the hash chain, or an empty string where nothing is recorded."""
        environment = make()
        environment.reset()
        self._play(environment, 2)
        require(isinstance(environment.flush(), str), '`flush` must return a string, "" where nothing is recorded')

    def test_closing_twice_is_harmless(self, make: Make) -> None:
        """`close` may be called before `reset` and any number of times."""
        make(folder="unused").close()
        environment = make()
        environment.reset()
        environment.close()
        environment.close()


def _require_obs(obs: NDArray[Any], environment: VectorEnvironment, what: str) -> None:
    shape = (environment.count, *environment.info.observation_shape)
    require(obs.shape == shape, f"{what} must have shape (B, C, H, W) = {shape}, not {obs.shape}")
    require(obs.dtype == np.uint8, f"{what} must be uint8, not {obs.dtype}")


def _first_difference(one: list[Transition], two: list[Transition]) -> str:
    """In words where two plays differ first; empty when they are equal."""
    for index, (a, b) in enumerate(zip(one, two, strict=True)):
        for field in dataclasses.fields(Transition):
            if not _equal(getattr(a, field.name), getattr(b, field.name)):
                return f"{field.name} of step {index}"
    return ""


def _equal(one: Any, two: Any) -> bool:
    if isinstance(one, Mapping):
        return one.keys() == two.keys() and all(np.array_equal(one[key], two[key]) for key in one)
    return np.array_equal(one, two) if isinstance(one, np.ndarray) else one == two
