"""Settings that may change while a run trains."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

__all__ = ["Tunable"]


class Tunable:
    """What keeps those of its settings that may change in a dataclass, `live`, and looks there whenever it uses one."""

    live: Any

    def tune(self, name: str, value: float) -> None:
        """Change a live setting from the next chunk on. Raises ValueError when `name` is not one."""
        if name not in asdict(self.live):
            raise ValueError(f"{name} cannot be changed while training; these can: {', '.join(asdict(self.live))}")
        setattr(self.live, name, float(value))
