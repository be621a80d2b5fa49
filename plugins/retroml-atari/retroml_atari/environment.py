"""The Atari environment: `count` games stepped together by ale-py's C++ threads, recorded, and resumable bit for bit.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_atari.actionlog import ActionLog
from retroml_atari.console import action_names, emulators, rom_sha256
from retroml_atari.games import carries_over, games
from retroml_atari.keys import Beginning, Keys
from retroml_atari.ledger import Ledger
from retroml_atari.played import ENDED, LIFE_LOST, TRUNCATED, Played
from retroml_atari.resume import Replay, replay
from retroml_core.environment import EnvInfo, EnvironmentBuild, EpisodeEnd, Transition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.recorder import Recorder
    from retroml_atari.settings import AtariConfig
    from retroml_core.tree import Tree

__all__ = ["AtariEnvironment", "make"]

STATE_VERSION = 1


def make(build: EnvironmentBuild) -> AtariEnvironment:
    """The environment of `build`; with a tape folder, everything it plays is recorded there."""
    return AtariEnvironment(build)


class AtariEnvironment:
    """See `retroml_core.environment.VectorEnvironment`. Not for several threads."""

    def __init__(self, build: EnvironmentBuild) -> None:
        self._build = build
        self._config: AtariConfig = build.config
        self.count = build.count
        self._ale = emulators(build.game, self._config, build.count, build.threads)
        names = action_names(self._ale)
        self._fire = names.index("FIRE") if self._config.fire_after_life_loss and "FIRE" in names else -1
        self._strengths: Any = [1.0] * build.count
        self._from_key = self._config.repeat_probability > 0 or carries_over(build.game)
        self._keys = Keys(build.seed, build.count, self._config.key_spacing(build.count, from_key=self._from_key))
        self._log = ActionLog(build.count)
        self._ledger: Ledger | None = None
        self._recorder: Recorder | None = None
        self._nobody = np.zeros(build.count, np.bool_)
        self._nothing = np.zeros(build.count, np.int32).tobytes()
        self._pressing = self._nobody
        self._obs: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._actions = np.zeros(build.count, np.int64)
        self._closed = False
        self.info = EnvInfo(
            game=build.game,
            observation_shape=(self._config.stack, self._config.image_height, self._config.image_width),
            actions=names,
            frames_per_step=self._config.frameskip,
            lives=next(spec.lives for spec in games() if spec.name == build.game),
        )

    # --- playing ------------------------------------------------------------------------------------------------------

    def reset(self) -> NDArray[np.uint8]:
        """Begin a game everywhere, each with its first key. Raises RuntimeError when games are already open."""
        if self._ledger is not None:
            raise RuntimeError("reset was called after play had begun")
        seeds = [self._keys.current(environment) for environment in range(self.count)]
        obs, info = self._ale.reset(seed=np.array(seeds, np.int64))
        recorder = self._open_recorder(None)
        number = recorder.first_number if recorder else 1
        self._ledger = Ledger.new(self.count, first_number=number, first_step=self._build.first_step)
        self._ledger.lives = info["lives"].copy()
        begun = tuple(self._begin(i, seeds[i], info) for i in range(self.count))
        if recorder:
            recorder.begin(begun, obs)
        self._obs = obs
        result: NDArray[np.uint8] = obs
        return result

    def send(self, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start a step; see `VectorEnvironment.send`. The step before is written down while the emulators work."""
        executed = np.array(actions, np.int64)
        if executed.shape != (self.count,):
            raise ValueError(f"{self.count} actions are needed, got an array of shape {executed.shape}")
        if self._fire >= 0:
            executed[self._pressing] = self._fire
        self._ale.ale.send(executed.tolist(), self._strengths)
        self._actions = executed
        self._log.append(executed)
        if self._recorder:
            self._recorder.work()
        return executed.copy()

    def recv(self) -> Transition:
        """Wait for the step; see `VectorEnvironment.recv`."""
        obs, rewards, terminated, truncated, info = self._ale.ale.recv()
        ledger = self._opened()
        # Emulators stand still from here on. For few numbers, comparing bytes is many times quicker than asking numpy.
        scored = rewards.tobytes() != self._nothing
        if scored:
            ledger.scores += rewards
        lives = info["lives"]
        flags = self._flags(terminated, truncated, lives, ended="final_obs" in info)
        episodes: tuple[EpisodeEnd, ...] = ()
        begun: tuple[Beginning, ...] = ()
        final: Mapping[int, NDArray[np.uint8]] = {}
        if "final_obs" in info:
            final = {int(i): info["final_obs"][i].copy() for i in np.flatnonzero(terminated | truncated)}
            episodes = tuple(ledger.end(i, self._log.next_row, bool(truncated[i])) for i in final)
            obs, lives, begun = self._begin_again(list(final), obs, info)
        ledger.lives = lives
        if self._recorder:
            self._recorder.note(Played(self._actions, rewards, flags, obs, final, begun))
        self._obs = obs
        raw = rewards.astype(np.float32) if scored else np.zeros(self.count, np.float32)
        return self._transition(obs, raw, terminated, truncated, final, episodes)

    def _flags(
        self, terminated: NDArray[np.bool_], truncated: NDArray[np.bool_], lives: NDArray[np.int32], *, ended: bool
    ) -> NDArray[np.uint8]:
        """Which lives and games ended (B,), whether any game `ended`; lost lives are also remembered in `_pressing`."""
        before = self._opened().lives
        if not ended and lives.tobytes() == before.tobytes():
            self._pressing = self._nobody
            return np.zeros(self.count, np.uint8)
        return self._ends(terminated, truncated, lives, before)

    def _ends(
        self,
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
        lives: NDArray[np.int32],
        before: NDArray[np.int32],
    ) -> NDArray[np.uint8]:
        ended = terminated | truncated
        lost = (lives < before) & ~ended
        self._pressing = lost & (lives > 0)
        last = terminated & (before > 0)
        flags: NDArray[np.uint8] = ((lost | last) * LIFE_LOST + ended * ENDED + truncated * TRUNCATED).astype(np.uint8)
        return flags

    def _transition(
        self,
        obs: NDArray[np.uint8],
        raw: NDArray[np.float32],
        terminated: NDArray[np.bool_],
        truncated: NDArray[np.bool_],
        final: Mapping[int, NDArray[np.uint8]],
        episodes: tuple[EpisodeEnd, ...],
    ) -> Transition:
        config = self._config
        shown = np.sign(raw) if config.reward_clip else raw.copy()
        if config.reward_scale != 1.0:
            shown *= np.float32(config.reward_scale)
        at_life = config.episodic_life and self._pressing is not self._nobody
        return Transition(
            obs=obs,
            actions=self._actions,
            rewards=shown,
            raw_rewards=raw,
            terminated=terminated | self._pressing if at_life else terminated,
            truncated=truncated,
            final_obs=final,
            episodes=episodes,
        )

    def _begin_again(
        self, ended: list[int], obs: NDArray[np.uint8], info: dict[str, Any]
    ) -> tuple[NDArray[np.uint8], NDArray[np.int32], tuple[Beginning, ...]]:
        """The emulators that ended have already reset themselves; those whose key is due are reset once more, seeded."""
        row = self._log.next_row
        seeds = {i: self._keys.advance(i, row) for i in ended if self._keys.due(i, row)}
        if seeds:
            mask = np.zeros(self.count, np.bool_)
            mask[list(seeds)] = True
            obs, info = self._ale.reset(seed=np.array(list(seeds.values()), np.int64), options={"reset_mask": mask})
        begun = tuple(self._begin(i, seeds.get(i, -1), info) for i in ended)
        self._log.forget(self._oldest_row())
        return obs, info["lives"], begun

    def _begin(self, environment: int, seed: int, info: dict[str, Any]) -> Beginning:
        frames = int(info["episode_frame_number"][environment])
        self._keys.note(environment, frames)
        number = self._opened().begin(environment, self._log.next_row)
        return Beginning(environment, number, frames, seed)

    def open_games(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Raw points and steps of each open game (B,)."""
        ledger = self._opened()
        return ledger.scores.astype(np.float64), self._log.next_row - ledger.begun

    # --- resuming -----------------------------------------------------------------------------------------------------

    def state(self) -> Tree:
        """All that `restore` needs: keys, actions since, the ledger, and digests of the last observations to check by."""
        ledger, obs = self._opened(), self._obs
        return {
            "version": STATE_VERSION,
            "rom": rom_sha256(self._build.game),
            "row": self._log.next_row,
            "keys": self._keys.state(),
            "ledger": ledger.state(),
            "pressing": self._pressing.copy(),
            "actions": [self._log.since(i, self._needed_row(i)) for i in range(self.count)],
            "digests": [digest_of(obs[i]) for i in range(self.count)],
            "tape": self._recorder.state() if self._recorder else None,
        }

    def restore(self, state: Tree) -> NDArray[np.uint8]:
        """Re-simulate to where `state` was taken. Raises ValueError when ROM or settings differ, naming what does."""
        self._check(state)
        self._keys = self._keys.restored(state["keys"])
        replays = [self._replay(i, state) for i in range(self.count)]
        obs = self._bring_back(replays, state)
        for i in range(self.count):
            if digest_of(obs[i]) != state["digests"][i]:
                raise ValueError(
                    f"environment {i} does not show what it showed when the state was taken; were settings changed?"
                )
        self._log = ActionLog.of([r.actions for r in replays], int(state["row"]))
        self._ledger = Ledger.restored(state["ledger"])
        self._pressing = state["pressing"].astype(np.bool_)
        self._obs = obs
        self._open_recorder(state)
        return obs

    def _bring_back(self, replays: list[Replay], state: Tree) -> NDArray[np.uint8]:
        """Replay; on a tape that would begin in mid-game, it is written down how the open games came to be."""
        from retroml_atari.prelude import Prelude, needs_prelude

        if not needs_prelude(self._build):
            return replay(self._ale, replays, from_key=self._from_key)
        prelude = Prelude(self._build, self.info, state, replays, from_key=self._from_key)
        try:
            return replay(self._ale, replays, from_key=self._from_key, witness=prelude)
        finally:
            prelude.close()

    def _replay(self, environment: int, state: Tree) -> Replay:
        return Replay(
            seed=self._keys.current(environment),
            frames=self._keys.frames[environment],
            actions=np.asarray(state["actions"][environment], np.uint8),
        )

    def _check(self, state: Tree) -> None:
        if self._ledger is not None:
            raise RuntimeError("restore was called after play had begun")
        if state["version"] != STATE_VERSION:
            raise ValueError(f"the environment's state has version {state['version']}, this program knows {STATE_VERSION}")
        if len(state["actions"]) != self.count:
            raise ValueError(f"the state is of {len(state['actions'])} environments, here are {self.count}")
        if state["rom"] != rom_sha256(self._build.game):
            raise ValueError(f"the state was taken with another ROM of {self._build.game}")

    def _needed_row(self, environment: int) -> int:
        """From where actions must be replayed: the open game, or everything since the key."""
        return self._keys.starts[environment] if self._from_key else int(self._opened().begun[environment])

    def _oldest_row(self) -> int:
        return min(self._needed_row(i) for i in range(self.count))

    def _opened(self) -> Ledger:
        if self._ledger is None:
            raise RuntimeError("play has not begun: call reset or restore first")
        return self._ledger

    # --- the tape -----------------------------------------------------------------------------------------------------

    def note_policy(self, version: int) -> None:
        """See `VectorEnvironment.note_policy`."""
        if self._recorder:
            self._recorder.note_policy(version)

    def flush(self) -> str:
        """Write what is recorded so far to disk; the head of the hash chain, empty when nothing is recorded."""
        return self._recorder.flush() if self._recorder else ""

    def close(self) -> None:
        """See `VectorEnvironment.close`."""
        if self._recorder:
            self._recorder.close()
            self._recorder = None

    def _open_recorder(self, state: Tree | None) -> Recorder | None:
        if self._build.tape_folder is None:
            return None
        from retroml_atari.recorder import Recorder

        self._recorder = Recorder(self._build, self.info, state)
        return self._recorder


def digest_of(obs: NDArray[np.uint8]) -> int:
    """CRC-32 of an observation (C, H, W)."""
    return zlib.crc32(np.ascontiguousarray(obs).data)
