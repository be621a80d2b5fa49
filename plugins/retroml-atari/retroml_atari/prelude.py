"""How the games came to be that were open when a run took up another run's training.

Its own tape begins in mid-game. While the emulators are brought back, what they play is written down as a segment that goes
before: a record `OPEN` and blocks of play like any other, from the oldest beginning that is needed on.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retroml_atari.index import TapeIndex
from retroml_atari.keys import Beginning
from retroml_atari.played import Played, flags_of
from retroml_atari.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retroml_atari.banks import Begun, Stepped
    from retroml_atari.resume import Replay
    from retroml_core.environment import EnvInfo, EnvironmentBuild
    from retroml_core.tree import Tree

__all__ = ["Prelude", "needs_prelude"]


def needs_prelude(build: EnvironmentBuild) -> bool:
    """Whether a tape is recorded and holds nothing yet of the training that is taken up."""
    folder = build.tape_folder
    if folder is None or not folder.is_dir():
        return folder is not None
    return all(segment.prelude for segment in TapeIndex(folder).segments(build.stream))


class Prelude:
    """Told by `replay` what it does; close it before the tape itself is opened. `state` is that of the environment."""

    def __init__(
        self, build: EnvironmentBuild, info: EnvInfo, state: Tree, replays: Sequence[Replay], *, from_key: bool
    ) -> None:
        longest = max(len(one.actions) for one in replays)
        self._replays = replays
        self._from_key = from_key
        self._numbers = [int(number) for number in state["ledger"]["numbers"]]
        self._games = [0] * len(replays)
        self._lives = np.zeros(len(replays), np.int32)
        self._active = np.zeros(len(replays), np.bool_)
        self._recorder = Recorder(build, info, state, rows_before=longest)

    def begun(self, environments: NDArray[np.int64], now: Begun) -> None:
        """`environments` stand at the first game to be replayed, all as `now` says."""
        for i in environments.tolist():
            self._games[i] = 0 if self._from_key else len(self._replays[i].frames) - 1
        self._active[environments] = True
        self._lives[environments] = now.lives[environments]
        self._recorder.begin_again(tuple(self._beginning(i) for i in environments.tolist()), now.obs)

    def stepped(self, actions: NDArray[np.int64], stepped: Stepped) -> None:
        """All took a step. What is not yet to be replayed does not count."""
        terminated, truncated = stepped.terminated & self._active, stepped.truncated & self._active
        flags = flags_of(terminated, truncated, stepped.lives, self._lives) * self._active
        final = {i: obs for i, obs in stepped.final.items() if self._active[i]}
        for i in final:
            self._games[i] += 1
        self._lives = np.where(self._active, stepped.lives, 0).astype(np.int32)
        begun = tuple(self._beginning(i) for i in final)
        rewards = (stepped.rewards * self._active).astype(np.int32)
        self._recorder.note(Played(actions, rewards, flags, stepped.obs.copy(), final, begun))

    def close(self) -> None:
        """Write everything down."""
        self._recorder.close()

    def _beginning(self, environment: int) -> Beginning:
        """The game at hand; those before the open one belong to the other run and have no number here."""
        game, replay = self._games[environment], self._replays[environment]
        number = self._numbers[environment] if game == len(replay.frames) - 1 else 0
        return Beginning(environment, number, replay.frames[game], replay.seed if game == 0 else -1)
