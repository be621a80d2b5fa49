"""The network as Tianshou's algorithms and policies call it: one half at a time.

Shapes: B samples, A actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tianshou.algorithm.modelfree.reinforce import DiscreteActorPolicy
from torch import Tensor, nn

if TYPE_CHECKING:
    from retroml_tianshou.networks import ActorCritic

__all__ = ["Actor", "Critic", "UncompiledPolicy"]


class Actor(nn.Module):
    """The policy half of the network as Tianshou's policies call it."""

    def __init__(self, network: ActorCritic) -> None:
        super().__init__()
        self.network = network

    def forward(self, obs: Tensor, state: Any = None, info: Any = None) -> tuple[Tensor, Any]:
        """Logits (B, A), and the state passed through."""
        return self.network(obs)[0], state


class Critic(nn.Module):
    """The value half of the network as Tianshou's algorithms call it."""

    def __init__(self, network: ActorCritic) -> None:
        super().__init__()
        self.network = network

    def forward(self, obs: Tensor) -> Tensor:
        """Values (B,)."""
        values_B: Tensor = self.network(obs)[1]
        return values_B


class UncompiledPolicy(DiscreteActorPolicy):
    """Tianshou's policy without its six seconds of numba compilation in each process: those functions are not used."""

    @staticmethod
    def _compile() -> None:
        """Compile nothing."""
