"""Players: the policies of a run's checkpoints, ready to decide. Films, the live view and evaluation meet them here.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore, DamagedCheckpoint
from retroml_core.training.building import Workshop, info_from_tree, no_environment
from retroml_core.training.devices import Device

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.algorithm import Decision, Trainable
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig
    from retroml_core.tree import Tree

__all__ = ["Player", "Players"]

_KEEP = 8


class Player:
    """One policy: `step` is the run's step count when it was saved, `policy` what `Trainable.load_policy` takes."""

    def __init__(self, players: Players, checkpoint: Checkpoint, policy: Tree) -> None:
        self.step = checkpoint.step
        self.checkpoint = checkpoint
        self._players = players
        self.policy = policy

    def decide(self, obs: NDArray[np.uint8], greedy: bool = False) -> Decision:
        """Decide for observations (B, C, H, W)."""
        return self._players.wearing(self).act(obs, greedy=greedy)


class Players:
    """The policies of `run`, loaded when they are asked for; the last few stay in memory. Used from one thread.

    All share one network, on the CPU. Checkpoints written later are seen too. `config` is that of the run, read when it is
    needed and not given.
    """

    def __init__(self, run: Run, app: App, config: ExperimentConfig | None = None) -> None:
        self._run = run
        self._config = config
        self._app = app
        self._store = CheckpointStore(run.checkpoints_folder)
        self._loaded: dict[str, Player] = {}
        self._trainable: Trainable | None = None
        self._worn: Player | None = None
        self._listed: tuple[int, list[Checkpoint]] = (-1, [])

    @property
    def steps(self) -> list[int]:
        """The steps with a stored policy, ascending."""
        return [checkpoint.step for checkpoint in self._checkpoints()]

    def nearest(self, step: int) -> Player | None:
        """The newest policy at or before `step`, or None. A damaged one is passed over."""
        checkpoints = self._checkpoints()
        last = bisect.bisect_right([checkpoint.step for checkpoint in checkpoints], step)
        return self._first_sound(checkpoints[:last][::-1])

    def best(self) -> Player | None:
        """The best model kept, or None."""
        best = self._store.best()
        return self._first_sound([best]) if best is not None else None

    def at(self, step: int) -> Player:
        """The policy saved at exactly this step. Raises Fault when there is no sound one."""
        player = self.nearest(step)
        if player is None or player.step != step:
            raise Fault(f"{self._run.id} keeps no sound policy of step {step:,}")
        return player

    def seed(self, seed: int) -> None:
        """Seed the draws of all players; nothing to do when there is none."""
        if (player := self.nearest(2**62)) is not None:
            self.wearing(player).seed_acting(seed)

    def close(self) -> None:
        """Release the network. May be called twice."""
        if self._trainable is not None:
            self._trainable.close()
            self._trainable = None
            self._worn = None

    def wearing(self, player: Player) -> Trainable:
        """The shared network with the policy of `player`."""
        if self._trainable is None:
            self._trainable = self._make(player.checkpoint)
        if self._worn is not player:
            self._trainable.load_policy(player.policy)
            self._worn = player
        return self._trainable

    def _checkpoints(self) -> list[Checkpoint]:
        """The checkpoints, listed anew when the folder changed."""
        changed = self._store.folder.stat().st_mtime_ns
        if changed != self._listed[0]:
            self._listed = (changed, self._store.list())
        return self._listed[1]

    def _first_sound(self, checkpoints: list[Checkpoint]) -> Player | None:
        for checkpoint in checkpoints:
            try:
                return self._load(checkpoint)
            except (OSError, DamagedCheckpoint):
                continue
        return None

    def _load(self, checkpoint: Checkpoint) -> Player:
        key = f"{checkpoint.name}@{checkpoint.created_at}"
        player = self._loaded.pop(key, None) or Player(self, checkpoint, self._store.load_policy(checkpoint))
        self._loaded[key] = player
        while len(self._loaded) > _KEEP:
            del self._loaded[next(iter(self._loaded))]
        return player

    def _make(self, checkpoint: Checkpoint) -> Trainable:
        workshop = Workshop(self._app, self._config or self._run.config(self._app))
        workshop.threads = 1
        info = info_from_tree(checkpoint.meta["env"]) if "env" in checkpoint.meta else workshop.info()
        return workshop.trainable(info, Device(name="cpu", title="CPU", why="players"), no_environment)
