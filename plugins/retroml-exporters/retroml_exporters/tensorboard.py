"""TensorBoard event files, written with TensorBoard's own writer: no torch, no TensorFlow.

A tag is a metric's name; `score` and `episode/length` have one point a game; histograms have tags of their own. A resumed
attempt says from which step on earlier points no longer count, and TensorBoard drops them.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.text import metadata as text_metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util

from retroml_core.exporting import Exporter, ExportError, LiveExporter
from retroml_exporters.reading import HISTOGRAM, Identity, Moment, moment_of, moments

if TYPE_CHECKING:
    from retroml_core.events import Event
    from retroml_core.runs.run import Run
    from retroml_core.training.bus import MetricEventBus

__all__ = ["FOLDER", "LiveTensorBoard", "TensorBoardExporter"]

FOLDER = "tensorboard"
"""Where a live export lies, under the run's metrics folder."""

QUEUE = 1000


class TensorBoardExporter(Exporter):
    """Writes the folder `<run id>_tensorboard`; live, `metrics/tensorboard` in the run's folder."""

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """One folder with one event file a run. Raises ExportError for a run that reported no number yet."""
        return [self._export(run, folder) for run in runs]

    def _export(self, run: Run, folder: Path) -> Path:
        identity, told = Identity.of(run), list(moments(run))
        if not told:
            raise ExportError(f"{run.id} reported no numbers yet; let it train until a game or an update is finished")
        target, making = folder / f"{run.id}_tensorboard", folder / f".{run.id}_tensorboard.tmp"
        shutil.rmtree(making, ignore_errors=True)
        try:
            with contextlib.closing(EventFileWriter(str(making), QUEUE)) as writer:
                _write_about(writer, identity, told[0].time)
                for moment in told:
                    _write_moment(writer, moment)
                for event in run.events({HISTOGRAM}):
                    _write_histogram(writer, event)
            shutil.rmtree(target, ignore_errors=True)
            making.rename(target)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return target

    def follow(self, run: Run, bus: MetricEventBus) -> LiveExporter:
        """Write every number of `run` as it comes: `tensorboard --logdir <run folder>/metrics`."""
        return LiveTensorBoard(run, bus, self.config.flush_seconds)


class LiveTensorBoard(LiveExporter):
    """Follows one attempt into an event file of its own."""

    def __init__(self, run: Run, bus: MetricEventBus, flush_seconds: int = 5) -> None:
        self._writer = EventFileWriter(str(run.metrics_folder / FOLDER), QUEUE, flush_seconds)
        self._about: Identity | None = Identity.of(run)
        self._bus = bus
        self._unsubscribe: Callable[[], None] = bus.subscribe("*", self.take)

    def take(self, event: Event) -> None:
        """Write what `event` holds; called by the bus, in the thread of this listener."""
        if self._about is not None:
            _write_about(self._writer, self._about, event.t)
            self._about = None
        if event.type == "run_state" and event.data.get("resumed_from") is not None:
            _write_restart(self._writer, int(event.data["resumed_from"]), event.t)
        moment = moment_of(event)
        if moment is not None:
            _write_moment(self._writer, moment)
        elif event.type == HISTOGRAM:
            _write_histogram(self._writer, event)

    def close(self) -> None:
        """Write what is left and close the file. May be called twice."""
        self._bus.drain()
        self._unsubscribe()
        self._writer.close()


def _write_moment(writer: Any, moment: Moment) -> None:
    values = [summary_pb2.Summary.Value(tag=name, simple_value=value) for name, value in moment.numbers.items()]
    writer.add_event(event_pb2.Event(wall_time=moment.time, step=moment.step, summary=summary_pb2.Summary(value=values)))


def _write_histogram(writer: Any, event: Event) -> None:
    """As TensorBoard's own summaries hold it: a row [left edge, right edge, count] for each bin."""
    data = event.data
    edges = np.linspace(data["low"], data["high"], len(data["counts"]) + 1)
    rows = np.stack([edges[:-1], edges[1:], np.array(data["counts"], np.float64)], axis=1)
    value = summary_pb2.Summary.Value(
        tag=str(data["name"]),
        metadata=histogram_metadata.create_summary_metadata(display_name=str(data["name"]), description=""),
        tensor=tensor_util.make_tensor_proto(rows),
    )
    writer.add_event(event_pb2.Event(wall_time=event.t, step=event.step, summary=summary_pb2.Summary(value=[value])))


def _write_restart(writer: Any, step: int, time: float) -> None:
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    writer.add_event(event_pb2.Event(wall_time=time, step=step + 1, session_log=start))


def _write_about(writer: Any, identity: Identity, time: float) -> None:
    facts: Mapping[str, object] = {
        "run": identity.run_id,
        "game": identity.game,
        "algorithm": identity.algorithm,
        "seed": identity.seed,
    }
    table = "| | |\n|-|-|\n" + "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    value = summary_pb2.Summary.Value(
        tag="run",
        metadata=text_metadata.create_summary_metadata(display_name="run", description=""),
        tensor=tensor_util.make_tensor_proto([table.encode()]),
    )
    writer.add_event(event_pb2.Event(wall_time=time, step=0, summary=summary_pb2.Summary(value=[value])))
