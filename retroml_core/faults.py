"""What a person can do something about: shown as one line, never with a traceback."""

from __future__ import annotations

__all__ = ["Fault", "told"]


class Fault(Exception):
    """Base of the errors whose message says what is wrong and what to do. Front ends show it and exit with code 2."""


def told(error: BaseException) -> str:
    """What `error` says, with the notes it was given on its way."""
    return " ".join([str(error), *getattr(error, "__notes__", ())])
