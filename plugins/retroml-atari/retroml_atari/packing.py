"""Emulator states made small: about 200 bytes for one that follows another of the same game, instead of 14,000.

Most of a state are the words of its random number generators, which look like noise but follow from earlier words: a
**twister** makes 624 new ones of those before, one **turn** after another. Beside an earlier state, the **anchor**, it is
enough to say how many turns lie between. The rest is compressed with the anchor as dictionary.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

from retroml_atari.sticky import GENERATOR, WORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pack", "pack_anchor", "unpack", "unpack_anchor"]

MOST_TURNS: Final = 400
"""So many turns a generator may be away from the anchor's; a turn lasts 156 steps of four frames."""
LEVEL: Final = 9
WINDOW: Final = 32_768
_GENERATOR: Final = struct.Struct("<IHH")
"""Where in the rest a generator's words belong, the turns they are away, the position of the next word."""


def pack_anchor(state: bytes) -> bytes:
    """A state on its own."""
    return zlib.compress(state, LEVEL)


def unpack_anchor(packed: bytes) -> bytes:
    """The state that `pack_anchor` was given. Raises ValueError when it is none."""
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError(f"a saved state cannot be unpacked: {error}") from error


def pack(state: bytes, anchor: bytes) -> bytes | None:
    """`state` beside `anchor`; None when it does not follow from it."""
    known = [words for words, _ in _generators(anchor)]
    own = _generators(state)
    turns = [_turns(old, new) for old, (new, _) in zip(known, own, strict=False)]
    if len(own) != len(known) or None in turns:
        return None
    heads, end, rest = b"", 0, b""
    for found, (_, position), turned in zip(GENERATOR.finditer(state), own, turns, strict=True):
        rest += state[end : found.start()]
        heads += _GENERATOR.pack(len(rest), turned or 0, position)
        end = found.end()
    squeezed = zlib.compressobj(LEVEL, zdict=anchor[-WINDOW:])
    return bytes([len(own)]) + heads + squeezed.compress(rest + state[end:]) + squeezed.flush()


def unpack(packed: bytes, anchor: bytes) -> bytes:
    """The state that `pack` was given beside `anchor`. Raises ValueError when they do not belong together."""
    known = _generators(anchor)
    try:
        first = 1 + packed[0] * _GENERATOR.size
        rest = zlib.decompressobj(zdict=anchor[-WINDOW:]).decompress(packed[first:])
        heads = list(_GENERATOR.iter_unpack(packed[1:first]))
    except (zlib.error, struct.error, IndexError) as error:
        raise ValueError(f"a saved state cannot be unpacked: {error}") from error
    state, end = b"", 0
    for (words, _), (place, turns, position) in zip(known, heads, strict=True):
        state += rest[end:place] + " ".join(map(str, [*_turned(words, turns).tolist(), position])).encode()
        end = place
    return state + rest[end:]


def _generators(state: bytes) -> list[tuple[NDArray[np.uint32], int]]:
    """Words and position of each generator in a state."""
    texts = [np.array(list(map(int, found[0].split())), np.uint64) for found in GENERATOR.finditer(state)]
    return [(numbers[:WORDS].astype(np.uint32), int(numbers[WORDS])) for numbers in texts]


def _turns(old: NDArray[np.uint32], new: NDArray[np.uint32]) -> int | None:
    """How many turns `new` is away from `old`, None when it is too many."""
    for count in range(MOST_TURNS):
        if np.array_equal(old, new):
            return count
        old = _turned(old, 1)
    return None


def _turned(words: NDArray[np.uint32], turns: int) -> NDArray[np.uint32]:
    twister = np.random.MT19937()
    twister.state = {"bit_generator": "MT19937", "state": {"key": words, "pos": WORDS}}
    if turns:
        twister.random_raw(WORDS * (turns - 1) + 1, output=False)
    turned: NDArray[np.uint32] = twister.state["state"]["key"]
    return turned
