"""TensorBoard files, read by TensorBoard's own reader."""

import subprocess
import sys

import numpy as np
import pytest
from retroml_exporters.settings import TensorBoardConfig
from retroml_exporters.tensorboard import FOLDER, TensorBoardExporter
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

from retroml_core.events import HistogramTaken, RunState, RunStateChanged, UpdateFinished
from retroml_core.runs.eventlog import EventLog
from retroml_core.runs.run import create_run
from retroml_core.testing import TinyRun, tell_tiny_run, tiny_app, tiny_config
from retroml_core.training.bus import MetricEventBus


def read(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    return accumulator


def exporter():
    return TensorBoardExporter(TensorBoardConfig())


@pytest.fixture
def exported(run, folder):
    (made,) = exporter().export([run], folder)
    return read(made)


def test_every_curve_is_a_tag(run, exported):
    told = {name for event in run.events({"update_finished"}) for name in event.data["metrics"]}
    assert set(exported.Tags()["scalars"]) == {*told, "score", "episode/length"}


@pytest.mark.parametrize("name", ["score", "loss/policy", "policy/entropy", "time/steps_per_second"])
def test_values_and_steps_are_those_of_the_run(run, exported, name):
    curve, points = run.curve(name), exported.Scalars(name)
    assert [point.step for point in points] == curve.steps
    assert [point.value for point in points] == np.float32(curve.values).tolist()


def test_times_are_those_of_the_events(run, exported):
    times = [event.t for event in run.events({"update_finished"})]
    assert [point.wall_time for point in exported.Scalars("loss/value")] == pytest.approx(times)


def test_a_text_says_which_run_it_is(run, exported):
    (text,) = exported.Tensors("run")
    table = tensor_util.make_ndarray(text.tensor_proto)[0].decode()
    assert f"| run | {run.id} |" in table
    assert "| seed | 11 |" in table


def test_a_second_export_replaces_the_first(run, folder):
    exporter().export([run], folder)
    (made,) = exporter().export([run], folder)
    assert len(list(made.iterdir())) == 1


def follow(tmp_path, updates=5):
    run, bus = create_run(tiny_app(tmp_path), tiny_config()), MetricEventBus()
    following = exporter().follow(run, bus)
    tell_tiny_run(run, bus, TinyRun(updates=updates))
    bus.close()
    following.close()
    return run


def test_live_and_afterwards_are_the_same(tmp_path, folder):
    run, log = create_run(tiny_app(tmp_path), tiny_config()), []
    sink = EventLog(run.events_folder, 1)
    bus = MetricEventBus(sink)
    following = exporter().follow(run, bus)
    tell_tiny_run(run, bus, TinyRun(updates=5))
    bus.close()
    following.close()
    sink.close()
    live, after = read(run.metrics_folder / FOLDER), read(exporter().export([run], folder)[0])
    assert live.Tags()["scalars"] == after.Tags()["scalars"]
    for name in live.Tags()["scalars"]:
        pairs = zip(live.Scalars(name), after.Scalars(name), strict=True)
        log += [(one.step, one.value) == (two.step, two.value) for one, two in pairs]
    assert len(log) == 5 * (4 + 2 * 2)
    assert all(log)


def test_histograms_are_bins_with_their_edges(tmp_path, folder):
    run = create_run(tiny_app(tmp_path), tiny_config())
    sink = EventLog(run.events_folder, 1)
    bus = MetricEventBus(sink)
    following = exporter().follow(run, bus)
    bus.say(UpdateFinished(update=1, seconds=0.5, metrics={"loss/policy": 0.25}), 128)
    bus.say(HistogramTaken(name="advantage/histogram", update=1, low=-1.0, high=2.0, counts=(4, 0, 9)), 128)
    bus.close()
    following.close()
    sink.close()
    for made in (run.metrics_folder / FOLDER, *exporter().export([run], folder)):
        (taken,) = read(made).Tensors("advantage/histogram")
        assert taken.step == 128
        assert tensor_util.make_ndarray(taken.tensor_proto).tolist() == [[-1.0, 0.0, 4.0], [0.0, 1.0, 0.0], [1.0, 2.0, 9.0]]


def test_live_points_come_while_the_run_goes_on(tmp_path):
    run, bus = create_run(tiny_app(tmp_path), tiny_config()), MetricEventBus()
    following = exporter().follow(run, bus)
    bus.say(UpdateFinished(update=1, seconds=0.5, metrics={"loss/policy": 0.25}), 128)
    bus.close()
    following._writer.flush()
    assert read(run.metrics_folder / FOLDER).Scalars("loss/policy")[0].value == 0.25
    following.close()


def test_closing_before_the_bus_loses_nothing(tmp_path):
    run, bus = create_run(tiny_app(tmp_path), tiny_config()), MetricEventBus()
    following = exporter().follow(run, bus)
    for update in range(1, 501):
        bus.say(UpdateFinished(update=update, seconds=0.0, metrics={"loss/policy": 1.0}), update)
    following.close()
    bus.close()
    assert len(read(run.metrics_folder / FOLDER).Scalars("loss/policy")) == 500


def test_a_resumed_attempt_takes_back_later_points(tmp_path):
    run = follow(tmp_path, updates=5)
    bus = MetricEventBus(attempt=2)
    following = exporter().follow(run, bus)
    bus.say(RunStateChanged(state=RunState.RUNNING, resumed_from=256), 256)
    bus.say(UpdateFinished(update=3, seconds=1.5, metrics={"loss/value": 9.0}), 384)
    bus.close()
    following.close()
    points = read(run.metrics_folder / FOLDER).Scalars("loss/value")
    assert [(point.step, point.value) for point in points] == [(128, 1.0), (256, 0.5), (384, 9.0)]


def test_neither_torch_nor_tensorflow_is_imported():
    program = "import sys, retroml_exporters.tensorboard; print([m for m in ('torch', 'tensorflow') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "[]"
