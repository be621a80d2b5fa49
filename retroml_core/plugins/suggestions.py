"""Help with names that do not exist: the nearest ones, and what there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from retroml_core.faults import Fault

__all__ = ["UnknownName", "advice", "listing", "nearest"]

_LISTED = 12


def nearest(word: str, choices: Iterable[str]) -> list[str]:
    """Up to three of `choices` that look like `word`, best first, whatever their case."""
    by_lower = {choice.lower(): choice for choice in choices}
    return [by_lower[match] for match in difflib.get_close_matches(word.lower(), by_lower, n=3, cutoff=0.6)]


def advice(word: str, choices: Iterable[str]) -> str:
    """ "did you mean a or b?", else the choices when they are few, else how many there are."""
    names = sorted(choices)
    close = nearest(word, names)
    return f"did you mean {' or '.join(close)}?" if close else listing(names)


def listing(choices: Iterable[str]) -> str:
    """ "there is a, b and 3 more"."""
    names = sorted(choices)
    if not names:
        return "there is none"
    shown = ", ".join(names[:_LISTED])
    return f"there is {shown}" + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")


class UnknownName(Fault, LookupError):
    """Nothing on offer is called so: `kind` ("game"), the `name` asked for, the `choices` there are."""

    def __init__(self, kind: str, name: str, choices: Iterable[str]) -> None:
        self.kind, self.name, self.choices = kind, name, tuple(sorted(choices))
        super().__init__(f"no {kind} is called {name!r}; {advice(name, self.choices)}")
