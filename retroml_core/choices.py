"""What the user chose once for all of Retro ML, outside any data folder: where the data is, which plugins stay out.

`choices.json` in the user's config folder, or in that of `RETROML_CONFIG`. Environment variables win over it.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path

from retroml_core.files import read_json, write_json

__all__ = ["CONFIG_VARIABLE", "Choices", "config_folder", "read_choices", "write_choices"]

CONFIG_VARIABLE = "RETROML_CONFIG"
_FILE = "choices.json"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The data folder ("": none was chosen) and the names of plugins that are switched off."""

    data_folder: str = ""
    disabled_plugins: tuple[str, ...] = ()


def config_folder() -> Path:
    """The folder of the user's settings; it may not be there yet."""
    given = os.environ.get(CONFIG_VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_config_dir("RetroML", appauthor=False))


def read_choices() -> Choices:
    """What was chosen; a file that cannot be read counts as none."""
    try:
        tree = dict(read_json(_path()))
        names = tree.get("disabled_plugins") or ()
        return Choices(data_folder=str(tree.get("data_folder") or ""), disabled_plugins=tuple(map(str, names)))
    except (OSError, ValueError, TypeError):
        return Choices()


def write_choices(choices: Choices) -> None:
    """Keep `choices`; they count from the next start on. Raises OSError."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, dataclasses.asdict(choices))


def _path() -> Path:
    return config_folder() / _FILE
