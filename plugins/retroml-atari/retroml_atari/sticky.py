"""Whether a saved state of a console with sticky actions says all there is to know of it.

With sticky actions ale-py draws before each frame whether the console is given the agent's action or the one of the frame
before (src/ale/environment/stella_environment.cpp); the action of the frame before is not part of a saved state. A state is
complete all the same when its generator says that the next frame takes the agent's action: then nobody asks for the old one.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

__all__ = ["GENERATOR", "WORDS", "is_complete"]

WORDS: Final = 624
GENERATOR: Final = re.compile(rb"(?:\d+ ){%d}\d+" % WORDS)
"""A Mersenne Twister as libstdc++ writes it: its words and the position of the next one."""


def is_complete(state: bytes, repeat_probability: float) -> bool:
    """Whether `state`, a serialized `ALEState` with its generators, plays on alike in any console of the same game.

    False also where the generator is written in a way that is not known, as other C++ libraries do.
    """
    if repeat_probability <= 0:
        return True
    found = GENERATOR.findall(state)  # the system's and, behind it, the environment's
    return bool(found) and _next_draw(found[-1]) >= repeat_probability


def _next_draw(generator: bytes) -> float:
    *words, position = map(int, generator.split())
    twister = np.random.MT19937()
    twister.state = {"bit_generator": "MT19937", "state": {"key": np.array(words, np.uint32), "pos": position}}
    return int(twister.random_raw()) / 2.0**32
