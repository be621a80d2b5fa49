"""What the user chose in the app: `<root>/desktop.json`. Settings are declared like those of a config."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retroml_core.files import read_json, write_json
from retroml_core.params import param, param_info
from retroml_dearpygui.services.layout import read_layout

__all__ = ["DesktopSettings", "SettingsStore"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class DesktopSettings:
    """The choices. A field that a newer version wrote is kept in the file and not touched."""

    mode: int = param(1, ge=1, le=4, help="How much the app shows: 1 Hobbyist, 2 Student, 3 Research, 4 Institution.")
    theme: str = param("dark", help="The look, by name.")
    scale: float = param(0.0, ge=0.0, le=3.0, help="Size of text and pictures; 0 takes that of the screen.")
    notify: bool = param(True, help="Tell the desktop when a training ends while the window is in the background.")
    update_seconds: float = param(2.0, ge=0.5, le=10.0, unit="s", help="Time between two looks at the curves of a training.")
    device: str = param(
        "auto", choices=("auto", "cpu", "cuda"), help="Where networks of new trainings run, unless one asks otherwise."
    )
    page: str = param("train", help="The page shown last.")
    width: int = param(1440, ge=640, le=16384, unit="px", help="Width of the window.")
    height: int = param(900, ge=480, le=16384, unit="px", help="Height of the window.")
    toured: bool = param(False, help="Whether the tour of the first start was seen or left.")
    closed_sections: tuple[str, ...] = param((), help="Sections that are folded in.")
    pinned_metrics: tuple[str, ...] = param((), help="Curves shown beside the score.")
    pages: dict[str, Any] = param(default_factory=dict, help="What pages remember, by page and key.")
    layout: dict[str, Any] = param(default_factory=dict, help="How tables, panels and the window were arranged.")


class SettingsStore:
    """Reads the settings once, writes them whole on each change. A damaged file counts as none and is kept beside.

    A folder that went away, with its disk, is not made anew: it must not come back empty.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._other: dict[str, Any] = {}
        self._made = path.parent.exists()
        self.now = self._read()

    def set(self, **changes: Any) -> None:
        """Change settings and write them; a disk that refuses is not the user's problem here."""
        self.now = dataclasses.replace(self.now, **changes)
        with contextlib.suppress(OSError):
            if not self._made:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._made = True
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
            found = DesktopSettings(**{key: _like(fields[key], value) for key, value in raw.items() if key in fields})
            return dataclasses.replace(found, layout=read_layout(raw.get("layout")))
        except FileNotFoundError:
            return DesktopSettings()
        except (OSError, ValueError, TypeError, AttributeError, json.JSONDecodeError) as error:
            self._set_aside(error)
            return DesktopSettings()

    def _set_aside(self, error: Exception) -> None:
        beside = self._path.with_suffix(".broken.json")
        logger.warning("%s cannot be read (%s): it is kept as %s, the usual settings count", self._path, error, beside.name)
        with contextlib.suppress(OSError):
            self._path.replace(beside)


def _like(field: dataclasses.Field[Any], value: Any) -> Any:
    """`value` in the type of the default of `field`, which stands in where it is of another kind or not allowed."""
    default = field.default if field.default is not dataclasses.MISSING else {}
    if isinstance(default, tuple) and isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is type(default) and _allowed(field, value):
        return value
    logger.warning("the setting %s of the app cannot be %r: the usual %r counts", field.name, value, default)
    return default


def _allowed(field: dataclasses.Field[Any], value: Any) -> bool:
    info = param_info(field)
    low, high = (info.ge, info.le) if info is not None else (None, None)
    if info is not None and info.choices and value not in info.choices:
        return False
    return (low is None or value >= low) and (high is None or value <= high)
