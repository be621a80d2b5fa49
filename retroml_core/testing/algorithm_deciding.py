"""The contract of algorithms: what `act` owes."""

from __future__ import annotations

import numpy as np
import pytest

from retroml_core.testing.algorithm_base import AlgorithmBase, Make
from retroml_core.testing.checks import require
from retroml_core.testing.control import FakeControl
from retroml_core.verifying.comparing import first_difference

__all__ = ["Deciding"]


class Deciding(AlgorithmBase):
    """What `act` owes."""

    @pytest.mark.parametrize("count", [1, 5])
    @pytest.mark.parametrize("greedy", [False, True])
    def test_decisions_have_the_right_shape(self, make: Make, count: int, greedy: bool) -> None:
        """Actions are int64 (B,) within the game's actions."""
        obs = self._obs(count)
        actions = make(playable=False).act(obs, greedy=greedy).actions
        require(np.array_equal(obs, self._obs(count)), "`act` wrote into the observations it was given: change a copy")
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
        require(np.isfinite(decision.probabilities).all(), "after training probabilities are no numbers: are steps too large?")
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
        difference = first_difference(alone.state(), watched.state())
        require(not difference, f"`act` changed {difference} of the state: leave its generator out of `state`")
