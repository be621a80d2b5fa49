"""The contract of algorithms: what saving, restoring and sharing owe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from retroml_core.testing.algorithm_base import AlgorithmBase, Make
from retroml_core.testing.checks import require
from retroml_core.testing.control import FakeControl
from retroml_core.tree import Tree, digest, load_tree, save_tree
from retroml_core.verifying.comparing import first_difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.algorithm import Decision

__all__ = ["Saving"]


class Saving(AlgorithmBase):
    """What saving, restoring and sharing owe."""

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
        difference = first_difference(whole.state(), resumed.state())
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
        require(all(game.closed for game in self.played), "`close` must close what make_environment returned")

    def test_flushing_needs_no_environment(self, make: Make) -> None:
        """`flush` returns text, before and after play began, and flushes what was played."""
        trainable = make()
        require(isinstance(trainable.flush(), str), "`flush` must return the head of the hash chain, or an empty string")
        self._train(trainable, 1)
        require(isinstance(trainable.flush(), str), "`flush` must return the head of the hash chain, or an empty string")
        require(all(game.flushed for game in self.played), "`flush` must flush what make_environment returned")


def _saved(tree: Tree, folder: Path) -> Tree:
    save_tree(tree, folder / "tree")
    return load_tree(folder / "tree")


def _same(one: Decision, two: Decision) -> bool:
    told = ((one.probabilities, two.probabilities), (one.values, two.values))
    return np.array_equal(one.actions, two.actions) and all(_close(*pair) for pair in told)


def _close(one: NDArray[np.float32] | None, two: NDArray[np.float32] | None) -> bool:
    return one is two if one is None or two is None else np.allclose(one, two, atol=1e-5)
