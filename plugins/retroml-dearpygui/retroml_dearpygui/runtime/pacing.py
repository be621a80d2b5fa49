"""How many frames a second the window draws: as few as nobody notices."""

from __future__ import annotations

__all__ = ["Pacing"]

IDLE_FPS, INPUT_FPS = 5.0, 60.0
INPUT_SECONDS = 0.8


class Pacing:
    """60 frames a second while the user does something, what the page asks for otherwise, and never fewer than 5."""

    def __init__(self) -> None:
        self._until = 0.0

    def touch(self, now: float) -> None:
        """The user did something at `now` (seconds of a monotonic clock)."""
        self._until = now + INPUT_SECONDS

    def delay(self, began: float, now: float, page_fps: float) -> float:
        """Seconds to wait at `now` before the next frame, the last having begun at `began`."""
        fps = INPUT_FPS if now < self._until else max(IDLE_FPS, min(INPUT_FPS, page_fps))
        return max(0.0, began + 1.0 / fps - now)
