"""CSV tables (RFC 4180), in UTF-8 with a byte order mark so that spreadsheets read them right.

long   run_id, seed, step, seconds, metric, unit, value: one row a number, tidy
wide   run_id, seed, kind, step, seconds, one column a metric with its unit: one row a moment
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.exporting import Exporter, ExportError
from retroml_core.files import write_bytes
from retroml_exporters.reading import UNITS, Identity, Moment, moments

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["CsvExporter", "write_table"]

Row = Sequence[object]


class CsvExporter(Exporter):
    """Writes `<run id>.csv`, the long table, and `<run id>_wide.csv`."""

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """Two files a run. Raises ExportError for a run that reported no number yet."""
        return [path for run in runs for path in self._export(run, folder)]

    def _export(self, run: Run, folder: Path) -> list[Path]:
        identity, told = Identity.of(run), list(moments(run))
        if not told:
            raise ExportError(f"{run.id} reported no numbers yet; let it train until a game or an update is finished")
        units = {**UNITS, **self.units}
        made = []
        if self.config.long:
            made.append(write_table(folder / f"{run.id}.csv", _long(identity, told, units)))
        if self.config.wide:
            made.append(write_table(folder / f"{run.id}_wide.csv", _wide(identity, told, units)))
        return made


def write_table(path: Path, rows: Iterable[Row]) -> Path:
    """Write `rows`, the first of them the header; numbers keep every digit. Raises OSError."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    write_bytes(path, text.getvalue().encode("utf-8-sig"))
    return path


def _long(identity: Identity, told: list[Moment], units: Mapping[str, str]) -> Iterable[Row]:
    yield "run_id", "seed", "step", "seconds", "metric", "unit", "value"
    for moment in told:
        for name, value in moment.numbers.items():
            yield identity.run_id, identity.seed, moment.step, moment.seconds, name, units.get(name, ""), value


def _wide(identity: Identity, told: list[Moment], units: Mapping[str, str]) -> Iterable[Row]:
    names = list(dict.fromkeys(name for moment in told for name in moment.numbers))
    heads = [f"{name} [{units[name]}]" if units.get(name) else name for name in names]
    yield "run_id", "seed", "kind", "step [steps]", "seconds [s]", *heads
    for moment in told:
        numbers = (moment.numbers.get(name, "") for name in names)
        yield identity.run_id, identity.seed, moment.kind, moment.step, moment.seconds, *numbers
