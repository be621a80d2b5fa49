"""Find the games whose beginning depends on what was played before or on the seed of the console.

    python plugins/retroml-atari/tools/find_carry_over.py > plugins/retroml-atari/tools/carry_over.json

A console that is reset keeps its memory, and its timer starts at random: most games clear both before they begin, some do
not. Each game is begun on a new console and on one that was seeded otherwise and played before, and both are given the
same actions; the game carries over when memory, picture, reward or lives ever differ.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from ale_py import ALEInterface, LoggerMode, roms

TRIALS = 4
STEPS_BEFORE = (60, 250, 500, 900)
STEPS_COMPARED = 150


def console(name: str, seed: int) -> ALEInterface:
    """A new console with the game in it."""
    ale = ALEInterface()
    ale.setInt("random_seed", seed)
    ale.setFloat("repeat_action_probability", 0.0)
    ale.loadROM(roms.get_rom_path(name))
    return ale


def look(ale: ALEInterface) -> tuple[bytes, bytes, int]:
    """All that is compared."""
    return ale.getRAM().tobytes(), ale.getScreen().tobytes(), ale.lives()


def play(ale: ALEInterface, steps: int, generator: np.random.Generator) -> None:
    """Random play; a game that ends begins again."""
    actions = ale.getMinimalActionSet()
    for _ in range(steps):
        action = actions[generator.integers(len(actions))]
        for _ in range(4):
            ale.act(action)
        if ale.game_over():
            ale.reset_game()


def same(name: str, trial: int) -> bool:
    """Whether a new console and one that was played before agree."""
    used, fresh = console(name, 100 + trial), console(name, 200 + trial)
    play(used, STEPS_BEFORE[trial], np.random.default_rng(trial))
    used.reset_game()
    fresh.reset_game()
    generator = np.random.default_rng(50 + trial)
    actions = fresh.getMinimalActionSet()
    if look(used) != look(fresh):
        return False
    for _ in range(STEPS_COMPARED):
        action = actions[generator.integers(len(actions))]
        for _ in range(4):
            if used.act(action) != fresh.act(action) or look(used) != look(fresh):
                return False
        if fresh.game_over():
            return True
    return True


def main() -> None:
    """Print the names as JSON."""
    ALEInterface.setLoggerMode(LoggerMode.Error)
    found = []
    for name in sorted(roms.get_all_rom_ids()):
        if ALEInterface.isSupportedROM(roms.get_rom_path(name)) is None:
            continue
        if not all(same(name, trial) for trial in range(TRIALS)):
            found.append(name)
            print(name, file=sys.stderr, flush=True)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
