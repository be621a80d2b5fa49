"""Numbers and actions as people read them."""

from __future__ import annotations

__all__ = ["action_words", "clock", "number"]

_ARROWS = {
    "UP": "↑",
    "DOWN": "↓",
    "LEFT": "←",
    "RIGHT": "→",
    "UPLEFT": "↖",
    "UPRIGHT": "↗",
    "DOWNLEFT": "↙",
    "DOWNRIGHT": "↘",
}
_DIRECTIONS = {"UPLEFT": "up left", "UPRIGHT": "up right", "DOWNLEFT": "down left", "DOWNRIGHT": "down right"}


def clock(seconds: float) -> str:
    """`0:02:05`."""
    whole = max(int(seconds), 0)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def number(value: float) -> str:
    """`1,234`, `−21`, `0.5`: whole numbers without decimals, with a real minus sign."""
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return text.replace("-", "−")


def action_words(action: str, *, short: bool = False) -> str:
    """An action of the game as a caption: `→ right`, `↗ fire`, `no-op`; others in lower case. `short` leaves only arrows."""
    name = action.upper().replace("_", "").replace(" ", "")
    if name == "NOOP":
        return "no-op"
    fire = name.endswith("FIRE") and name != "FIRE"
    direction = name.removesuffix("FIRE") if fire else name
    if direction not in _ARROWS:
        return action.lower().replace("_", " ")
    if fire:
        return f"{_ARROWS[direction]} fire"
    return _ARROWS[direction] if short else f"{_ARROWS[direction]} {_DIRECTIONS.get(direction, direction.lower())}"
