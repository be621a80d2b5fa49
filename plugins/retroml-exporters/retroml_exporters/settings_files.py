"""The exact settings of a run, to read, to keep beside results, and to run again.

<run id>_config.yaml        every setting, for people; the header has the hash and the command line
<run id>_config.json        the same as the run's config.json
<run id>_command.txt        the command that makes a run of the same settings and seed
<run id>_requirements.txt   the packages it was trained with, where its provenance can be read
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf

from retroml_core.config.composing import tree_hash
from retroml_core.exporting import Exporter
from retroml_core.files import write_bytes, write_json
from retroml_exporters.reading import Identity
from retroml_exporters.requirements import requirements_of

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["ConfigExporter", "overrides_of"]

GROUPS = ("environment", "algorithm")
PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
NEW_EACH_TIME = frozenset({"id", "created_at", "schema_version"})


class ConfigExporter(Exporter):
    """See the module."""

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """Three or four files a run. Raises ExportError when its config cannot be read."""
        return [path for run in runs for path in self._export(run, folder)]

    def _export(self, run: Run, folder: Path) -> list[Path]:
        identity, tree = Identity.of(run), run.tree
        command = shlex.join(["retroml", *overrides_of(tree)])
        stem = folder / f"{run.id}_config"
        files = [folder / f"{stem.name}.yaml", folder / f"{stem.name}.json", folder / f"{run.id}_command.txt"]
        head = f"# {identity.title}, {identity.footer}\n# hash of the settings: {tree_hash(tree)}\n# {command}\n"
        write_bytes(files[0], (head + OmegaConf.to_yaml(OmegaConf.create(tree))).encode())
        write_json(files[1], tree)
        write_bytes(files[2], (command + "\n").encode())
        packages = requirements_of(run.provenance())
        if packages:
            files.append(folder / f"{run.id}_requirements.txt")
            write_bytes(files[3], packages.encode())
        return files


def overrides_of(tree: Mapping[str, Any]) -> list[str]:
    """The command-line overrides that give every setting its value, whatever the defaults are by then."""
    overrides = [f"{group}={tree[group]['name']}" for group in GROUPS]
    for key, value in tree.items():
        if key not in NEW_EACH_TIME:
            inner = {name: part for name, part in value.items() if name != "name"} if key in GROUPS else value
            overrides += _overrides(key, inner)
    return overrides


def _overrides(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _overrides(f"{key}.{name}", inner)
    else:
        yield f"{key}={_written(value)}"


def _written(value: Any) -> str:
    """`value` in Hydra's override grammar (https://hydra.cc/docs/advanced/override_grammar/basic/)."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ",".join(_written(item) for item in value) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    """Plain words bare; between quotes only backslashes before a quote are special, and OmegaConf's `${`."""
    if PLAIN_WORD.fullmatch(text) and text.lower() not in ("null", "true", "false", "nan", "inf"):
        return text
    doubled = re.sub(r'(\\+)(?="|$)', r"\1\1", text.replace("${", r"\${"))
    return '"' + doubled.replace('"', r"\"") + '"'
