"""What the user chose in the app: `<root>/desktop.json`. Settings are declared like those of a config."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retroml_core.files import read_json, write_json
from retroml_core.params import param

__all__ = ["DesktopSettings", "SettingsStore"]


@dataclass(frozen=True, kw_only=True)
class DesktopSettings:
    """The choices. A field that a newer version wrote is kept in the file and not touched."""

    mode: int = param(1, ge=1, le=4, help="How much the app shows: 1 Hobbyist, 2 Student, 3 Research, 4 Institution.")
    theme: str = param("dark", help="The look, by name.")
    scale: float = param(0.0, ge=0.0, le=3.0, help="Size of text and pictures; 0 takes that of the screen.")
    notify: bool = param(True, help="Tell the desktop when a training ends while the window is in the background.")
    page: str = param("train", help="The page shown last.")
    width: int = param(1440, ge=640, le=16384, unit="px", help="Width of the window.")
    height: int = param(900, ge=480, le=16384, unit="px", help="Height of the window.")
    toured: bool = param(False, help="Whether the tour of the first start was seen or left.")
    closed_sections: tuple[str, ...] = param((), help="Sections that are folded in.")
    pinned_metrics: tuple[str, ...] = param((), help="Curves shown beside the score.")
    pages: dict[str, Any] = param(default_factory=dict, help="What pages remember, by page and key.")


class SettingsStore:
    """Reads the settings once, writes them whole on each change. A damaged file counts as none and is kept beside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._other: dict[str, Any] = {}
        self.now = self._read()

    def set(self, **changes: Any) -> None:
        """Change settings and write them; a disk that refuses is not the user's problem here."""
        self.now = dataclasses.replace(self.now, **changes)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._path, self._other | dataclasses.asdict(self.now))

    def remember(self, page: str, **values: Any) -> None:
        """Keep what a page wants to know next time; values that JSON knows."""
        pages = {**self.now.pages, page: {**self.recall(page), **values}}
        if pages != self.now.pages:
            self.set(pages=pages)

    def recall(self, page: str) -> dict[str, Any]:
        """What `page` had kept."""
        kept = self.now.pages.get(page)
        return dict(kept) if isinstance(kept, dict) else {}

    def _read(self) -> DesktopSettings:
        try:
            raw = read_json(self._path)
            fields = {field.name: field for field in dataclasses.fields(DesktopSettings)}
            self._other = {key: value for key, value in raw.items() if key not in fields}
            return DesktopSettings(**{key: _like(fields[key], value) for key, value in raw.items() if key in fields})
        except FileNotFoundError:
            return DesktopSettings()
        except (OSError, ValueError, TypeError, AttributeError, json.JSONDecodeError):
            self._set_aside()
            return DesktopSettings()

    def _set_aside(self) -> None:
        with contextlib.suppress(OSError):
            self._path.replace(self._path.with_suffix(".broken.json"))


def _like(field: dataclasses.Field[Any], value: Any) -> Any:
    """`value` in the type of the default of `field`, which stands in where it is of another kind."""
    default = field.default if field.default is not dataclasses.MISSING else {}
    if isinstance(default, tuple):
        return tuple(map(str, value)) if isinstance(value, list) else default
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if type(value) is type(default) else default
