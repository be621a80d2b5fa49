"""Walking along the reel: one environment re-simulated place by place, each game begun as it was.

Shapes: C stacked frames, H height, W width.
"""

from __future__ import annotations

import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retroml_atari.console import rom_sha256, versions
from retroml_atari.near import starts_of
from retroml_atari.segment import CHECK_ROWS
from retroml_atari.settings import AtariConfig
from retroml_atari.shelf import MARK_TRIES, Bookmark
from retroml_atari.simulate import Outcome, Simulator
from retroml_atari.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retroml_atari.marks import Marks
    from retroml_atari.reel import Reel
    from retroml_atari.shelf import Shelf

__all__ = ["Walk", "check_playable", "config_of"]

PROGRESS_STEPS: Final = 64


def check_playable(header: dict[str, Any]) -> None:
    """Raises ValueError, in words, when this installation cannot play the tape back exactly."""
    game = header["game"]
    if rom_sha256(game) != header["rom_sha256"]:
        raise ValueError(
            f"the tape was recorded with another ROM of {game} (SHA-256 {header['rom_sha256'][:12]}…) than is installed"
        )
    recorded, here = header["versions"]["ale-py"], versions()["ale-py"]
    if recorded != here:
        raise ValueError(
            f"the tape was recorded with ale-py {recorded}, here is {here}: pip install ale-py=={recorded} to play it"
        )


def config_of(header: dict[str, Any]) -> AtariConfig:
    """The settings a tape was recorded with."""
    known = {field.name for field in fields(AtariConfig)}
    return AtariConfig(**{key: value for key, value in header["settings"].items() if key in known})


class Walk:
    """Environment `environment` of the reel, ready to play the row at `place`.

    Games before it are played unseen where the game's beginning depends on them. With a `shelf`, bookmarks are used and left,
    and those `stored` on disk are used; `close` the walk then. `progress(done, total)` is told how far the unseen steps are;
    whatever it raises ends the walk. With `sound` the game can be heard.
    Raises ValueError when the tape lacks what is needed, or the ROM or version is another.
    """

    def __init__(
        self,
        reel: Reel,
        environment: int,
        place: int,
        *,
        shelf: Shelf | None = None,
        stored: Marks | None = None,
        sound: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        header = reel.spans[reel.span_at(place)].segment.header
        check_playable(header)
        self.environment = environment
        self._reel = reel
        self._config, self._game = config_of(header), str(header["game"])
        self._begins = reel.begins[reel.begins["env"] == environment]
        self._position = {place: position for position, place in enumerate(self._begins["place"].tolist())}
        self._actions: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._actions_from = self._row_offset = 0
        self._from_key = reel.from_key
        self._simulator: Simulator | None = None
        self._shelf = shelf
        self._sound = sound
        self._begun_at = -1
        self._trial: Trial | None = None
        self.running, self.known = 0, False
        self._origin = self.place = self._start(place)
        self.stored = stored if stored is not None and stored.environment == environment else None
        self._open_bookmark(place - self._config.stack - 1)
        self.go_to(place, progress)

    def go_to(self, place: int, progress: Callable[[int, int], None] | None = None) -> None:
        """Play on unseen until `place`, which must not lie behind."""
        first = self.place
        while self.place < place:
            if progress is not None and (self.place - first) % PROGRESS_STEPS == 0:
                progress(self.place - first, place - first)
            self.step(look=place - self.place <= self._config.stack + 1)

    def leads_to(self, place: int) -> bool:
        """Whether `go_to` arrives at `place` as a new walk would that ends there."""
        return self.place <= place and self._start(place) == self._origin

    def _start(self, place: int) -> int:
        starts = starts_of(self._reel, self.environment)
        position = int(np.searchsorted(starts, place, side="right")) - 1
        if position < 0:
            raise ValueError(f"the tape does not hold how the game of environment {self.environment} at this moment began")
        return int(starts[position])

    def close(self) -> None:
        """Give the emulator back. May be called twice."""
        if self._shelf is not None and self._simulator is not None:
            self._shelf.give(self._simulator)
        self._simulator = None
        self._end_trial()

    def _open_bookmark(self, place: int) -> None:
        """Go on from the last bookmark that is not beyond `place`, so that the stack is filled by then."""
        mark = self._shelf.nearest(self.environment, self.place, place) if self._shelf is not None else None
        if self.stored is not None:
            mark = self.stored.nearest(self._reel, mark.place if mark else self.place, place) or mark
        if mark is None:
            return
        self._simulator = self._emulator(0)
        self._simulator.load(mark.state, mark.elapsed)
        self.place, self._begun_at = mark.place, mark.begun_at

    def _leave_bookmark(self) -> None:
        if self._shelf is None or self._trial is not None:
            return
        due = self.place - self.place % self._shelf.spacing
        begun = self._origin if self._from_key else self._begun_at
        if due <= begun or self.place - due >= MARK_TRIES:
            return
        if self._shelf.nearest(self.environment, due - 1, self.place) is None and (saved := self._playing().save()):
            state, elapsed = saved
            self._trial = Trial(Bookmark(self.place, self._begun_at, state, elapsed), self._emulator(0))

    def _go_on_trying(self, action: int, outcome: Outcome) -> None:
        if self._trial is None or self._shelf is None:
            return
        good = self._trial.step(action, outcome, self._playing())
        if good:
            self._shelf.keep(self.environment, self._trial.mark)
        if good is not None:
            self._end_trial()

    def _end_trial(self) -> None:
        if self._trial is not None and self._shelf is not None:
            self._shelf.give(self._trial.console)
        self._trial = None

    def _emulator(self, seed: int) -> Simulator:
        idle = self._shelf.take() if self._shelf is not None else None
        return idle or self._new_emulator(seed)

    def _new_emulator(self, seed: int) -> Simulator:
        return Simulator(self._game, self._config, seed, sound=self._sound)

    @property
    def observation(self) -> NDArray[np.uint8]:
        """What the agent sees now (C, H, W); a view that changes with the next step."""
        self._begin_if_due()
        return self._playing().observation

    @property
    def lives(self) -> int:
        """The lives left now."""
        self._begin_if_due()
        return self._playing().lives

    def step(self, *, look: bool = True, pooled: bool = False, every: bool = False, hear: bool = False) -> tuple[int, Outcome]:
        """Play the row at `place` and go on to the next; the action and what it led to.

        With `look`, `running` is the running CRC of the environment's pictures after the row, if `known`.
        """
        self._begin_if_due()
        self._leave_bookmark()
        if not 0 <= self.place - self._actions_from < len(self._actions):
            self._take_span()
        if (self.place + self._row_offset) % CHECK_ROWS == 0:
            self.running, self.known = 0, look
        action = int(self._actions[self.place - self._actions_from])
        outcome = self._playing().step(action, look=look, pooled=pooled, every=every, hear=hear)
        self._go_on_trying(action, outcome)
        self.place += 1
        self.known = self.known and look
        if self.known:
            self.running = zlib.crc32(self._playing().observation[-1].data, self.running)
            if outcome.ended and self._begin_if_due():
                self.running = zlib.crc32(self._playing().observation[-1].data, self.running)
        return action, outcome

    def _take_span(self) -> None:
        """Have the actions of the span that `place` lies in at hand."""
        span = self._reel.spans[self._reel.span_at(self.place)]
        self._actions = self._reel.actions(self.environment, span.place, span.place + span.rows)
        self._actions_from, self._row_offset = span.place, span.block.first_row - span.place

    def _begin_if_due(self) -> bool:
        """Begin the game that the tape begins at `place`, unless that is done."""
        found = self._position.get(self.place)
        if found is None or self._begun_at == self.place:
            return False
        begin = self._begins[found]
        if self._from_key and begin["seed"] >= 0:
            self.close()
            self._simulator = self._new_emulator(int(begin["seed"]))
        elif self._simulator is None:
            self._simulator = self._emulator(max(int(begin["seed"]), 0))
        self._simulator.begin(int(begin["frames"]))
        self._begun_at = self.place
        return True

    def _playing(self) -> Simulator:
        if self._simulator is None:
            raise ValueError(f"the tape does not hold how the game of environment {self.environment} began")
        return self._simulator
