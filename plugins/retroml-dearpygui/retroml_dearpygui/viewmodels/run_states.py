"""How a run stands, the same on every page: the words, the colour and the buttons of each state."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core.events import RunState

__all__ = ["StateWords", "state_words"]


@dataclass(frozen=True)
class StateWords:
    """How a state is shown: `words`, the `role` of their colour, and which buttons make sense."""

    words: str
    role: str
    pause: bool = False
    resume: bool = False
    stop: bool = False


def state_words(state: RunState, pending: str = "") -> StateWords:
    """How `state` is shown; `pending` is what the user asked for and what is not done yet, such as "Pausing"."""
    return StateWords(pending, "warn") if pending else _STATES[state]


_STATES = {
    RunState.CREATED: StateWords("Not started", "muted", resume=True),
    RunState.QUEUED: StateWords("In the queue", "info"),
    RunState.STARTING: StateWords("Starting", "info", stop=True),
    RunState.RUNNING: StateWords("Running", "info", pause=True, stop=True),
    RunState.PAUSED: StateWords("Paused", "warn", resume=True, stop=True),
    RunState.STOPPING: StateWords("Finishing", "info"),
    RunState.COMPLETED: StateWords("Completed", "ok"),
    RunState.STOPPED: StateWords("Stopped", "muted", resume=True),
    RunState.FAILED: StateWords("Failed", "danger", resume=True),
    RunState.INTERRUPTED: StateWords("Interrupted", "warn", resume=True),
}
