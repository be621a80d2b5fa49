"""`MetricEventBus.drain`: what was emitted before it has been heard after it."""

import threading

from retroml_core.training.bus import MetricEventBus


def test_after_draining_everything_was_heard():
    bus, heard = MetricEventBus(), []
    bus.subscribe("*", lambda event: heard.append(event.step))
    for step in range(200):
        bus.emit("episode_finished", {}, step)
    bus.drain()
    assert heard == list(range(200))
    bus.close()


def test_draining_waits_for_the_event_being_heard():
    bus, going, done = MetricEventBus(), threading.Event(), []

    def slow(event):
        going.wait(30)
        done.append(event)

    bus.subscribe("*", slow)
    bus.emit("episode_finished", {}, 1)
    threading.Timer(0.05, going.set).start()
    bus.drain(30)
    assert len(done) == 1
    bus.close()


def test_draining_gives_up_on_a_listener_that_hangs():
    bus, going = MetricEventBus(), threading.Event()
    bus.subscribe("*", lambda event: going.wait(30))
    bus.emit("episode_finished", {}, 1)
    bus.drain(0.01)
    assert not going.is_set()
    going.set()
    bus.close()


def test_a_bus_nobody_listens_to_is_drained_at_once():
    MetricEventBus().drain()
