"""The Atari environment: `count` games stepped together by ale-py's C++ threads, recorded, and resumable bit for bit.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from retroml_atari.actionlog import ActionLog
from retroml_atari.banks import Banks, Begun, Stepped
from retroml_atari.console import rom_sha256
from retroml_atari.games import carries_over, games
from retroml_atari.keys import Beginning, Keys
from retroml_atari.ledger import Ledger
from retroml_atari.played import Played, flags_of
from retroml_atari.resume import Replay, replay
from retroml_core.environment import EnvInfo, EnvironmentBuild, EpisodeEnd, Transition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.recorder import Recorder
    from retroml_atari.settings import AtariConfig
    from retroml_core.tree import Tree

__all__ = ["AtariEnvironment", "make"]

STATE_VERSION = 1
SMALLEST_DIVIDED = 4
"""From so many games on, they step in two halves: what is thought about one costs no time while the other works."""


def make(build: EnvironmentBuild) -> AtariEnvironment:
    """The environment of `build`; with a tape folder, everything it plays is recorded there."""
    return AtariEnvironment(build)


class AtariEnvironment:
    """See `retroml_core.environment.VectorEnvironment`. Not for several threads."""

    def __init__(self, build: EnvironmentBuild) -> None:
        self._build = build
        self._config: AtariConfig = build.config
        self.count = build.count
        divided = build.stream == "training" and build.count >= SMALLEST_DIVIDED
        self._banks = Banks(build.game, self._config, build.count, build.threads, two=divided)
        self.parts = tuple(part.stop - part.start for part in self._banks.slices)
        names = self._banks.action_names
        self._fire = names.index("FIRE") if self._config.fire_after_life_loss and "FIRE" in names else -1
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
        self.info = EnvInfo(
            game=build.game,
            observation_shape=(self._config.stack, self._config.image_height, self._config.image_width),
            actions=names,
            frames_per_step=self._config.frameskip,
            lives=next(spec.lives for spec in games() if spec.name == build.game),
            reward_limit=self._config.reward_scale if self._config.reward_clip else None,
            stacked=True,
        )

    # --- playing ------------------------------------------------------------------------------------------------------

    def reset(self) -> NDArray[np.uint8]:
        """Begin a game everywhere, each with its first key. Raises RuntimeError when games are already open."""
        if self._ledger is not None:
            raise RuntimeError("reset was called after play had begun")
        seeds = [self._keys.current(environment) for environment in range(self.count)]
        now = self._banks.reset(np.array(seeds, np.int64))
        obs = now.obs
        recorder = self._open_recorder(None)
        number = recorder.first_number if recorder else 1
        self._ledger = Ledger.new(self.count, first_number=number, first_step=self._build.first_step)
        self._ledger.lives = now.lives.copy()
        begun = tuple(self._begin(i, seeds[i], now) for i in range(self.count))
        if recorder:
            recorder.begin(begun, obs)
        self._obs = obs
        return obs

    def send(self, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start a step; see `VectorEnvironment.send`. The step before is written down while the emulators work."""
        if np.shape(actions) != (self.count,):
            raise ValueError(f"{self.count} actions are needed, got an array of shape {np.shape(actions)}")
        executed = [self.send_part(number, actions[part]) for number, part in enumerate(self._banks.slices)]
        return executed[0] if len(executed) == 1 else np.concatenate(executed)

    def send_part(self, number: int, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start the step of one part; see `DividedEnvironment.send_part`."""
        part = self._banks.slices[number]
        executed = np.array(actions, np.int64)
        if self._fire >= 0:
            executed[self._pressing[part]] = self._fire
        self._banks.send(number, executed)
        if number == 0:
            self._actions = np.empty(self.count, np.int64)
        self._actions[part] = executed
        if part.stop == self.count:
            self._log.append(self._actions)
            if self._recorder:
                self._recorder.work()
        return executed

    def first_part(self) -> NDArray[np.uint8] | None:
        """What the first part sees next; see `DividedEnvironment.first_part`."""
        first = self._banks.first()
        # A game that begins here may begin once more, with a seed: that is settled in `recv`.
        return None if first.final else first.obs

    def recv(self) -> Transition:
        """Wait for the step; see `VectorEnvironment.recv`."""
        now: Stepped | Begun
        now = stepped = self._banks.recv()
        ledger = self._opened()
        # Emulators stand still from here on. For few numbers, comparing bytes is many times quicker than asking numpy.
        scored = stepped.rewards.tobytes() != self._nothing
        if scored:
            ledger.scores += stepped.rewards
        flags = self._flags(stepped)
        episodes: tuple[EpisodeEnd, ...] = ()
        begun: tuple[Beginning, ...] = ()
        if stepped.final:
            episodes = tuple(ledger.end(i, self._log.next_row, bool(stepped.truncated[i])) for i in stepped.final)
            now, begun = self._begin_again(stepped)
        ledger.lives = now.lives
        self._obs = now.obs
        if self._recorder:
            self._recorder.note(Played(self._actions, stepped.rewards, flags, now.obs, stepped.final, begun))
        raw = stepped.rewards.astype(np.float32) if scored else np.zeros(self.count, np.float32)
        return self._transition(stepped, now.obs, raw, episodes)

    def _flags(self, stepped: Stepped) -> NDArray[np.uint8]:
        """Which lives and games ended (B,); lost lives are also remembered in `_pressing`."""
        before = self._opened().lives
        if not stepped.final and stepped.lives.tobytes() == before.tobytes():
            self._pressing = self._nobody
            return np.zeros(self.count, np.uint8)
        self._pressing = (stepped.lives < before) & (stepped.lives > 0) & ~(stepped.terminated | stepped.truncated)
        return flags_of(stepped.terminated, stepped.truncated, stepped.lives, before)

    def _transition(
        self, stepped: Stepped, obs: NDArray[np.uint8], raw: NDArray[np.float32], episodes: tuple[EpisodeEnd, ...]
    ) -> Transition:
        config, terminated = self._config, stepped.terminated
        shown = np.sign(raw) if config.reward_clip else raw.copy()
        if config.reward_scale != 1.0:
            shown *= np.float32(config.reward_scale)
        if config.episodic_life and self._pressing is not self._nobody:
            terminated = terminated | self._pressing
        return Transition(
            obs=obs,
            actions=self._actions,
            rewards=shown,
            raw_rewards=raw,
            terminated=terminated,
            truncated=stepped.truncated,
            final_obs=stepped.final,
            episodes=episodes,
        )

    def _begin_again(self, stepped: Stepped) -> tuple[Stepped | Begun, tuple[Beginning, ...]]:
        """The emulators that ended have already reset themselves; those whose key is due are reset once more, seeded."""
        now: Stepped | Begun = stepped
        row = self._log.next_row
        seeds = {i: self._keys.advance(i, row) for i in stepped.final if self._keys.due(i, row)}
        if seeds:
            mask = np.zeros(self.count, np.bool_)
            mask[list(seeds)] = True
            now = self._banks.reset(np.array(list(seeds.values()), np.int64), mask)
        begun = tuple(self._begin(i, seeds.get(i, -1), now) for i in stepped.final)
        self._log.forget(self._oldest_row())
        return now, begun

    def _begin(self, environment: int, seed: int, now: Stepped | Begun) -> Beginning:
        frames = int(now.frames[environment])
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
            return replay(self._banks, replays, from_key=self._from_key)
        prelude = Prelude(self._build, self.info, state, replays, from_key=self._from_key)
        try:
            return replay(self._banks, replays, from_key=self._from_key, witness=prelude)
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
