"""How long to train, as typed into two fields: hours and minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["MOST_HOURS", "Length"]

MOST_HOURS = 999


@dataclass(frozen=True)
class Length:
    """What stands in the two fields; `fault` says in words what is wrong with it."""

    hours_text: str
    minutes_text: str

    @classmethod
    def of_hours(cls, hours: float) -> Length:
        """So many hours, written as hours and minutes."""
        minutes = round(hours * 60)
        return cls(str(minutes // 60), str(minutes % 60))

    @classmethod
    def recalled(cls, kept: object, hours: float) -> Length:
        """The two texts `kept` where they can be used, else so many hours."""
        length = cls(*map(str, kept)) if isinstance(kept, list) and len(kept) == 2 else None
        return cls.of_hours(hours) if length is None or length.fault else length

    @property
    def texts(self) -> tuple[str, str]:
        """What stands in the two fields."""
        return self.hours_text, self.minutes_text

    @property
    def seconds(self) -> float:
        """The length in seconds; meaningless when there is a fault."""
        return (_number(self.hours_text) or 0.0) * 3600 + (_number(self.minutes_text) or 0.0) * 60

    @property
    def fault(self) -> str:
        """What is wrong, "" when nothing is."""
        for text, unit, example in ((self.hours_text, "hours", "1.5"), (self.minutes_text, "minutes", "30")):
            number = _number(text)
            if number is None:
                return f"{unit}: {text.strip()!r} is not a number; write it like {example}"
            if number < 0:
                return f"{unit}: must not be negative"
        if self.seconds > MOST_HOURS * 3600:
            return f"at most {MOST_HOURS} hours"
        return "" if self.seconds >= 1 else "needs some time: give hours or minutes"

    @property
    def words(self) -> str:
        """ "1 h 30 min"."""
        minutes = round(self.seconds / 60)
        if minutes == 0:
            return f"{self.seconds:.0f} s"
        hours, rest = divmod(minutes, 60)
        return " ".join([*([f"{hours} h"] if hours else []), *([f"{rest} min"] if rest else [])])


def _number(text: str) -> float | None:
    """What `text` says; nothing says 0."""
    try:
        number = float(text.strip().replace(",", ".") or 0)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
