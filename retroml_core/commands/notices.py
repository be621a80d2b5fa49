"""What commands say besides what they were asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_core.app import App

__all__ = ["say_notices"]


def say_notices(app: App, also: Iterable[str] = ()) -> None:
    """Tell on stderr what a person should know of the index, once, then `also`."""
    for notice in dict.fromkeys([*app.notices(), *also]):
        sys.stderr.write(f"{notice}\n")
