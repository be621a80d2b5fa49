"""One emulator played exactly as ale-py's vector environment plays it, with its pictures at hand.

It repeats, frame by frame, what `PreprocessedEnv` of ale-py does (src/ale/vector/preprocessed_env.cpp): the idle frames at
the start, the frames of a step and where it breaks off, which screens are pooled, and the stack. Tests hold the two against
each other.

Shapes: C stacked frames, H height, W width; screens have the console's own size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from retroml_atari.console import rom_path
from retroml_atari.picture import Shrink
from retroml_atari.sticky import is_complete

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.settings import AtariConfig

__all__ = ["Outcome", "Simulator"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step led to: raw reward, how the game stands, the colour pictures and the sound that were asked for.

    `sound` has uint8 (512,) for each frame; 128 is silence.
    """

    reward: int
    ended: bool
    truncated: bool
    lives: int
    frames: list[NDArray[np.uint8]]
    sound: list[NDArray[np.uint8]] = field(default_factory=list)


class Simulator:
    """A console with `game` in it, seeded with `seed`; with `sound` it can be heard, which changes nothing of the play."""

    def __init__(self, game: str, config: AtariConfig, seed: int, *, sound: bool = False) -> None:
        from ale_py import Action, ALEInterface, LoggerMode

        ALEInterface.setLoggerMode(LoggerMode.Error)
        self._config = config
        self._ale = ALEInterface()
        self._ale.setFloat("repeat_action_probability", config.repeat_probability)
        self._ale.setInt("random_seed", seed)
        self._ale.setBool("sound_obs", sound)
        self._ale.loadROM(rom_path(game))
        self._noop, self._fire = Action.NOOP, Action.FIRE
        self._actions = self._ale.getLegalActionSet() if config.full_action_space else self._ale.getMinimalActionSet()
        size = self._ale.getScreenDims()
        self._shrink = Shrink(size, (config.image_height, config.image_width))
        self._grey = [np.zeros(size, np.uint8), np.zeros(size, np.uint8)]
        self._colour = [np.zeros((*size, 3), np.uint8), np.zeros((*size, 3), np.uint8)]
        self._stack = np.zeros((config.stack, config.image_height, config.image_width), np.uint8)
        self._elapsed = 0

    @property
    def observation(self) -> NDArray[np.uint8]:
        """What the agent sees now (C, H, W); a view that changes with the next step."""
        return self._stack

    @property
    def lives(self) -> int:
        """The lives left now."""
        return int(self._ale.lives())

    def save(self) -> tuple[bytes, int] | None:
        """The console's state and how many frames of the game are played; pictures are not part of it.

        None while sticky actions make the next frame depend on what no state holds (`retroml_atari.sticky`).
        """
        state: bytes = self._ale.cloneSystemState().serialize()
        return (state, self._elapsed) if is_complete(state, self._config.repeat_probability) else None

    def load(self, state: bytes, elapsed: int) -> None:
        """Take up what `save` of a simulator of the same game and settings gave; the stack is right once it was filled."""
        from ale_py import ALEState

        self._ale.restoreSystemState(ALEState(state))
        self._elapsed = elapsed

    def equals(self, other: Simulator) -> bool:
        """Whether both consoles are in the same state and show the same."""
        states = [console._ale.cloneSystemState().serialize() for console in (self, other)]
        return states[0] == states[1] and bool(np.array_equal(self._ale.getScreen(), other._ale.getScreen()))

    def begin(self, frames: int) -> None:
        """Begin a game that idles until `frames` frames are counted."""
        ale = self._ale
        ale.reset_game()
        if self._config.fire_on_reset and self._fire in self._actions:
            ale.act(self._fire)
        while ale.getEpisodeFrameNumber() < frames:
            ale.act(self._noop)
            if ale.game_over():
                ale.reset_game()
        self._elapsed = 0
        self._stack[:] = 0
        self._grey[1][:] = 0
        self._colour[1][:] = 0
        self._ale.getScreenGrayscale(self._grey[0])
        self._ale.getScreenRGB(self._colour[0])
        self._push()

    def step(self, action: int, *, look: bool = True, pooled: bool = False, every: bool = False, hear: bool = False) -> Outcome:
        """Hold `action` for a step. `look` keeps the observation up to date; `pooled` returns the step's picture in colour
        as it is shown to agents that see colours, `every` the picture of each frame, `hear` its sound."""
        config, ale = self._config, self._ale
        reward, frames, sound = 0, [], []
        over = late = False
        for left in range(config.frameskip, 0, -1):
            reward += ale.act(self._actions[action])
            self._elapsed += 1
            if every:
                frames.append(ale.getScreenRGB())
            if hear:
                sound.append(ale.getAudio())
            over, late = ale.game_over(), self._elapsed >= config.time_limit_frames
            if over or late:
                break
            if left <= 2:
                self._capture(left - 1, look, pooled)
        if look:
            self._push()
        if pooled:
            frames.append(self._pool(self._colour).copy())
        return Outcome(reward, over or late, late and not over, ale.lives(), frames, sound)

    def _capture(self, slot: int, look: bool, colour: bool) -> None:
        if look:
            self._ale.getScreenGrayscale(self._grey[slot])
        if colour:
            self._ale.getScreenRGB(self._colour[slot])

    def _push(self) -> None:
        self._stack[:-1] = self._stack[1:]
        self._stack[-1] = self._shrink(self._pool(self._grey))

    def _pool(self, screens: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        if self._config.max_pool:
            np.maximum(screens[0], screens[1], out=screens[0])
        return screens[0]
