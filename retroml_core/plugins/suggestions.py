"""Help with names that do not exist: the nearest ones, what there is, and what would bring more."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from importlib import metadata

from retroml_core.faults import Fault

__all__ = ["UnknownName", "advice", "listing", "nearest"]

_LISTED = 12
_BROUGHT_BY: Mapping[str, str] = {
    "algorithm": "retroml-tianshou",
    "command desktop": "retroml-dearpygui",
    "command measure": "retroml-tianshou",
    "command networks": "retroml-tianshou",
    "environment": "retroml-atari",
    "exporter": "retroml-exporters",
    "game": "retroml-atari",
    "metric": "retroml-metrics",
    "renderer": "retroml-video",
}
"""What the other distributions of this project bring: offers of a kind, or one by name."""


def nearest(word: str, choices: Iterable[str]) -> list[str]:
    """Up to three of `choices` that look like `word`, best first, whatever their case."""
    by_lower = {choice.lower(): choice for choice in choices}
    return [by_lower[match] for match in difflib.get_close_matches(word.lower(), by_lower, n=3, cutoff=0.6)]


def advice(word: str, choices: Iterable[str], kind: str = "") -> str:
    """ "did you mean a or b?", else the choices when they are few, else how many there are, and what brings more of `kind`."""
    names = sorted(choices)
    close = nearest(word, names)
    return f"did you mean {' or '.join(close)}?" if close else listing(names) + _missing(kind, word)


def _missing(kind: str, name: str) -> str:
    one = _BROUGHT_BY.get(f"{kind} {name}")
    bringer = one or _BROUGHT_BY.get(kind)
    if bringer is None or any(metadata.distributions(name=bringer)):
        return ""
    return f"; {'it comes' if one else 'more come'} with {bringer}, which is not installed"


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
        super().__init__(f"no {kind} is called {name!r}; {advice(name, self.choices, kind)}")
