"""The hash chain: one BLAKE2b link a row, over what was done and what came of it.

    link = BLAKE2b-128(previous link + actions + flags + rewards + running CRCs of the newest pictures)

Two runs are the same play exactly when their links are. The running CRC-32 of an environment is over its newest pictures
since the group of `CHECK_ROWS` rows began (after an end: the last picture of the game, then the first of the next).

Shapes: B environments.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["link", "origin"]


def origin(header: dict[str, Any], first_pictures: NDArray[np.uint32]) -> bytes:
    """The link before the first row: what is played and how, and the CRCs of the first pictures (B,)."""
    identity = {key: header[key] for key in ("game", "rom_sha256", "settings", "count", "seed", "stream")}
    return _hash(json.dumps(identity, sort_keys=True).encode(), first_pictures.astype("<u4").tobytes())


def link(
    head: bytes,
    actions: NDArray[np.uint8],
    flags: NDArray[np.uint8],
    rewards: NDArray[np.int32],
    pictures: NDArray[np.uint32],
) -> bytes:
    """The link after a row (each array (B,))."""
    return _hash(head, actions.tobytes(), flags.tobytes(), rewards.astype("<i4", copy=False).tobytes(), pictures.tobytes())


def _hash(*parts: bytes) -> bytes:
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()
