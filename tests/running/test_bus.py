import threading

import pytest

from retroml_core.events import ProblemFound, RewardUpdate, RunState, RunStateChanged, TimestepUpdate, TrainingComplete
from retroml_core.training.bus import MetricEventBus


@pytest.fixture
def bus():
    made = MetricEventBus(capacity=8)
    yield made
    made.close()


class Gate:
    """A listener that waits until it is opened."""

    def __init__(self):
        self.begun = threading.Event()
        self.open = threading.Event()
        self.heard = []

    def __call__(self, event):
        self.begun.set()
        assert self.open.wait(30)
        self.heard.append(event)


def test_emit_reaches_a_subscriber_of_the_type_only(bus):
    heard = []
    bus.subscribe("reward_update", heard.append)
    bus.emit("reward_update", {"mean": 1.0})
    bus.emit("timestep_update", {"steps": 1})
    bus.close()
    assert [(e.type, e.data) for e in heard] == [("reward_update", {"mean": 1.0})]


def test_star_hears_everything_in_order(bus):
    heard = []
    bus.subscribe("*", heard.append)
    for name in ("reward_update", "timestep_update", "training_complete"):
        bus.emit(name, {})
    bus.close()
    assert [e.type for e in heard] == ["reward_update", "timestep_update", "training_complete"]
    assert [e.seq for e in heard] == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (RewardUpdate(mean=1.0, last=2.0, best=3.0, window=4), "reward_update"),
        (
            TimestepUpdate(steps=4, frames=16, episodes=1, fraction=0.5, steps_per_second=2, seconds=2, seconds_left=None),
            "timestep_update",
        ),
        (TrainingComplete(steps=4, episodes=1, seconds=2.0, mean=None, best=None), "training_complete"),
    ],
)
def test_typed_events_have_the_names_of_the_roadmap(bus, data, name):
    event = bus.say(data)
    assert event.type == name
    assert event.data == data.as_dict()


def test_an_event_gets_the_step_of_the_bus_unless_it_brings_one(bus):
    bus.step = 7
    assert bus.emit("resource", {}).step == 7
    assert bus.emit("resource", {}, 3).step == 3


def test_unsubscribe_ends_it(bus):
    heard = []
    unsubscribe = bus.subscribe("*", heard.append)
    unsubscribe()
    unsubscribe()
    bus.emit("resource", {})
    bus.close()
    assert heard == []


def test_a_slow_subscriber_does_not_stall_the_emitter_or_others(bus):
    gate, heard = Gate(), []
    bus.subscribe("*", gate)
    bus.subscribe("*", heard.append)
    for _ in range(5):
        bus.emit("resource", {})
    assert gate.begun.wait(30)
    assert gate.heard == []
    gate.open.set()
    bus.close()
    assert len(heard) == len(gate.heard) == 5


def test_points_are_thinned_for_a_slow_subscriber_but_states_are_not(bus):
    gate = Gate()
    bus.subscribe("*", gate)
    bus.emit("resource", {})
    assert gate.begun.wait(30)
    for number in range(100):
        bus.emit("update_finished", {"update": number})
        bus.say(RunStateChanged(state=RunState.RUNNING, reason=str(number)))
    gate.open.set()
    bus.close(30)
    states = [e.data["reason"] for e in gate.heard if e.type == "run_state"]
    assert states == [str(number) for number in range(100)]
    assert sum(e.type == "update_finished" for e in gate.heard) < 20


class Kept:
    """A sink that keeps events."""

    def __init__(self):
        self.events = []

    def write(self, event):
        self.events.append(event)


def test_a_failing_subscriber_is_reported_once_and_called_again():
    calls, kept = [], Kept()
    bus = MetricEventBus(kept)

    def broken(event):
        calls.append(event)
        raise RuntimeError("no")

    bus.subscribe("resource", broken)
    for _ in range(3):
        bus.emit("resource", {})
    bus.close()
    problems = [event.data for event in kept.events if event.type == "problem"]
    assert len(calls) == 3
    assert len(problems) == 1
    assert "no" in problems[0]["message"]
    assert "RuntimeError" in problems[0]["details"]


def test_emitting_from_many_threads_numbers_every_event_once():
    written = []

    class Sink:
        def write(self, event):
            written.append(event.seq)

    bus = MetricEventBus(Sink(), seq=10)
    threads = [threading.Thread(target=lambda: [bus.emit("resource", {}) for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == list(range(11, 1611))
    bus.close()


def test_what_the_sink_raises_reaches_the_emitter():
    class Full:
        def write(self, event):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        MetricEventBus(Full()).emit("resource", {})


def test_a_subscriber_may_emit():
    kept = Kept()
    bus = MetricEventBus(kept)
    bus.subscribe("resource", lambda event: bus.say(ProblemFound(message="full")))
    bus.emit("resource", {})
    bus.close()
    assert [event.type for event in kept.events] == ["resource", "problem"]


def test_close_gives_up_on_a_subscriber_that_hangs(bus):
    gate = Gate()
    bus.subscribe("*", gate)
    bus.emit("resource", {})
    bus.close(0.05)
    gate.open.set()
