"""How large what an algorithm makes of a config will be: told before anything is made, without the library that learns.

`AlgorithmSpec.sizes` names a function `(app: App, config: ExperimentConfig, info: EnvInfo) -> Sizes`. It is called for forms
while somebody types, so it takes milliseconds and imports no torch. It raises nothing for settings that do not fit each
other: a network that cannot be made says so.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NetworkSize", "Sizes"]


@dataclass(frozen=True, kw_only=True)
class NetworkSize:
    """A network that `network.name` may name, with all other settings as they are.

    `parameters` is how many numbers are learned with it, `memory_bytes` what they take while they are: their gradients, the
    optimizer's moments and copies of the network included, what is computed with them not. None: not known before it is made.
    `problem` says in words why it cannot be made with these settings.
    """

    name: str
    title: str
    summary: str
    parameters: int | None = None
    memory_bytes: int | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The `networks` to choose from; what a replay takes at most, in memory or on disk, 0 without one."""

    networks: tuple[NetworkSize, ...] = ()
    replay_memory_bytes: int = 0
    replay_disk_bytes: int = 0

    def network(self, name: str) -> NetworkSize | None:
        """The network of that name, or None."""
        return next((network for network in self.networks if network.name == name), None)
