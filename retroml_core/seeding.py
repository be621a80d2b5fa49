"""One tree of seeds: every random stream of a run derives from its seed, by name, so that no two are ever the same.

The tree is `numpy.random.SeedSequence` (https://numpy.org/doc/stable/reference/random/parallel.html) with the name of the
stream as its spawn key: adding a stream changes no other.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Seeds", "draw_seed"]


def draw_seed() -> int:
    """A new seed (32 bits) from the operating system's entropy."""
    return secrets.randbits(32)


@dataclass(frozen=True)
class Seeds:
    """The streams of one run."""

    seed: int

    def sequence(self, *names: str | int) -> np.random.SeedSequence:
        """The seed sequence of the stream `names`, such as `("environment", 3)`."""
        import numpy as np

        key = hashlib.blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
        return np.random.SeedSequence(self.seed, spawn_key=(int.from_bytes(key[:4], "big"), int.from_bytes(key[4:], "big")))

    def integer(self, *names: str | int) -> int:
        """A 63-bit seed for the stream `names`."""
        import numpy as np

        return int(self.sequence(*names).generate_state(1, np.uint64)[0] >> np.uint64(1))

    def generator(self, *names: str | int) -> np.random.Generator:
        """A generator (PCG64) for the stream `names`."""
        import numpy as np

        return np.random.Generator(np.random.PCG64(self.sequence(*names)))
