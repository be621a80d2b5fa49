"""The event bus: everything a run says passes here once, for the file, the screen, plugins and exporters alike.

Each subscriber has its own bounded queue and thread, so a slow or failing one never stalls training. What counts (states,
checkpoints, problems ...) always reaches it; of the points of curves a slow one gets every second, every fourth ...
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from retroml_core.events import Event, EventData, ProblemFound

__all__ = ["MetricEventBus", "Sink"]

POINTS = frozenset(
    {
        "reward_update",
        "timestep_update",
        "episode_finished",
        "update_finished",
        "histogram",
        "resource",
        "film_progress",
        "fingerprint",
    }
)
"""Types that may be thinned for a slow subscriber."""


class Sink(Protocol):
    """Where every event goes before anybody else hears of it."""

    def write(self, event: Event) -> None:
        """Keep `event`. What it raises reaches the emitter."""


class MetricEventBus:
    """Emit from any thread, subscribe from any thread.

    `sink` (the event file) is written by the emitter itself; `attempt` and `seq` (the last used) number the events;
    `capacity` is how many events a subscriber may be behind. `step` is what an event without a step gets.
    """

    def __init__(self, sink: Sink | None = None, *, attempt: int = 1, seq: int = 0, capacity: int = 4096) -> None:
        self.step = 0
        self._sink = sink
        self._attempt = attempt
        self._seq = seq
        self._capacity = capacity
        self._lock = threading.Lock()
        self._subscribers: list[_Subscriber] = []

    def emit(self, event_type: str, data: Mapping[str, Any] | EventData, step: int | None = None) -> Event:
        """Say that something happened; returns at once. Raises only what the sink raises (OSError on a full disk)."""
        plain = data.as_dict() if isinstance(data, EventData) else dict(data)
        with self._lock:
            self._seq += 1
            event = Event(
                seq=self._seq,
                t=time.time(),
                attempt=self._attempt,
                type=event_type,
                step=self.step if step is None else step,
                data=plain,
            )
            if self._sink is not None:
                self._sink.write(event)
            subscribers = tuple(self._subscribers)
        for subscriber in subscribers:
            subscriber.put(event)
        return event

    def say(self, data: EventData, step: int | None = None) -> Event:
        """`emit` with the type that `data` has."""
        return self.emit(data.TYPE, data, step)

    def subscribe(self, event_type: str, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call `callback(event)` in a thread of its own for each event of `event_type` (`"*"`: all); a function that ends it.

        A callback that raises is reported once as a `problem` and called again for the next event.
        """
        subscriber = _Subscriber(event_type, callback, self._capacity, self._report)
        with self._lock:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)
            subscriber.close(0.0)

        return unsubscribe

    def drain(self, patience_seconds: float = 5.0) -> None:
        """Wait until the subscribers have worked off what waits, at most for `patience_seconds` together."""
        with self._lock:
            subscribers = tuple(self._subscribers)
        deadline = time.monotonic() + patience_seconds
        for subscriber in subscribers:
            subscriber.drain(max(0.0, deadline - time.monotonic()))

    def close(self, patience_seconds: float = 5.0) -> None:
        """Let the subscribers work off what waits, at most for `patience_seconds` together, and end them."""
        with self._lock:
            subscribers, self._subscribers = self._subscribers, []
        deadline = time.monotonic() + patience_seconds
        for subscriber in subscribers:
            subscriber.close(max(0.0, deadline - time.monotonic()))

    def _report(self, callback: Callable[[Event], None], error: Exception) -> None:
        name = getattr(callback, "__qualname__", type(callback).__name__)
        message = f"the listener {name} failed: {type(error).__name__}: {error}"
        details = "".join(traceback.format_exception(error))
        self.say(ProblemFound(message=message, hint="training goes on", details=details))


class _Subscriber:
    def __init__(
        self,
        event_type: str,
        callback: Callable[[Event], None],
        capacity: int,
        report: Callable[[Callable[[Event], None], Exception], None],
    ) -> None:
        self._event_type = event_type
        self._callback = callback
        self._capacity = capacity
        self._report = report
        self._failed = False
        self._busy = False
        self._closing = False
        self._queue: deque[Event] = deque()
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._serve, name=f"bus {event_type}", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        if self._event_type not in ("*", event.type):
            return
        with self._wake:
            if self._closing:
                return
            self._queue.append(event)
            if len(self._queue) > self._capacity:
                self._thin()
            self._wake.notify_all()

    def _thin(self) -> None:
        """Drop every second point: what is left is still spread over the whole time. What counts stays."""
        kept: deque[Event] = deque()
        drop = False
        for event in self._queue:
            if event.type in POINTS:
                drop = not drop
                if drop:
                    continue
            kept.append(event)
        self._queue = kept

    def drain(self, patience_seconds: float) -> None:
        with self._wake:
            self._wake.wait_for(lambda: not self._queue and not self._busy, patience_seconds)

    def close(self, patience_seconds: float) -> None:
        with self._wake:
            self._closing = True
            if patience_seconds <= 0:
                self._queue.clear()
            self._wake.notify_all()
        if patience_seconds > 0 and threading.current_thread() is not self._thread:
            self._thread.join(patience_seconds)

    def _serve(self) -> None:
        while True:
            with self._wake:
                self._busy = False
                self._wake.notify_all()
                self._wake.wait_for(lambda: self._queue or self._closing)
                if not self._queue:
                    return
                event = self._queue.popleft()
                self._busy = True
            try:
                self._callback(event)
            except Exception as error:  # noqa: BLE001  # a listener may fail in any way
                if not self._failed:
                    self._failed = True
                    self._report(self._callback, error)
