"""The shortest way to write an online algorithm: say how likely each action is and how to learn; NumPy arrays hold the rest.

Subclass `ArrayTrainable`, put what is learned into `parameters` and what else must survive a pause into `memory`, write
`probabilities`, `observe`, `ready` and `update`. Drawing actions, evaluation, films, checkpoints, exact resume and sharing
then work. `docs/plugins/first.md` builds one in about 50 lines.

Shapes: B environments, A actions, C stacked frames, H height, W width.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from retroml_core.algorithm import Build, Decision
from retroml_core.online import OnlineTrainable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["ArrayTrainable"]


class ArrayTrainable(OnlineTrainable):
    """An online algorithm whose policy is a few NumPy arrays.

    `parameters` (name to array) is all that `probabilities` may depend on. `memory` is a plain tree of everything else:
    what was stored for the next update, optimizer moments, counters. `random` is the generator of training.
    """

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        self.config: Any = build.config
        self.parameters: dict[str, NDArray[Any]] = {}
        self.memory: Tree = {}
        self.random = build.seeds.generator("training actions")
        self._acting = build.seeds.generator("acting")

    @abstractmethod
    def probabilities(self, obs: NDArray[np.uint8]) -> NDArray[np.floating[Any]]:
        """How likely each action is (B, A) for observations (B, C, H, W); each row sums to 1."""

    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Actions (B,) drawn from `probabilities` by the training generator."""
        return _draw(self.probabilities(obs), self.random)

    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """The likeliest actions, or actions drawn by the generator of `seed_acting`, with their probabilities."""
        import numpy as np

        chances = self.probabilities(obs)
        actions = chances.argmax(axis=1) if greedy else _draw(chances, self._acting)
        return Decision(actions=actions.astype(np.int64), probabilities=chances.astype(np.float32))

    def seed_acting(self, seed: int) -> None:
        """Seed the draws of `act`."""
        import numpy as np

        self._acting = np.random.Generator(np.random.PCG64(seed))

    def learner_state(self) -> Tree:
        """Parameters, memory and the generator of training: whoever acts otherwise seeds the draws first."""
        return {"parameters": dict(self.parameters), "memory": self.memory, "random": self.random.bit_generator.state}

    def restore_learner(self, state: Tree) -> None:
        """Take up `learner_state()`."""
        self.parameters = dict(state["parameters"])
        self.memory = state["memory"]
        self.random.bit_generator.state = state["random"]

    def policy(self) -> Tree:
        """The parameters."""
        return {"parameters": dict(self.parameters)}

    def load_policy(self, policy: Tree) -> None:
        """Take up `policy()`."""
        self.parameters = dict(policy["parameters"])

    def fingerprint(self) -> str:
        """The digest of the parameters."""
        from retroml_core.tree import digest

        return digest(self.parameters)


def _draw(chances_BA: NDArray[np.floating[Any]], random: np.random.Generator) -> NDArray[np.int64]:
    """One action a row: the first whose cumulated probability exceeds a uniform number."""
    import numpy as np

    cumulated_BA = chances_BA.cumsum(axis=1)
    # Scaled by the total, so that rounding never leaves the number beyond the last action.
    drawn_B1 = random.random((len(chances_BA), 1)) * cumulated_BA[:, -1:]
    actions_B: NDArray[np.int64] = (cumulated_BA <= drawn_B1).sum(axis=1, dtype=np.int64)
    return actions_B.clip(max=chances_BA.shape[1] - 1)
