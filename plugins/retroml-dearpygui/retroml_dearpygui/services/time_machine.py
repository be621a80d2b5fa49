"""`TimeMachine`: real play of any moment of a run, re-simulated from its tape in a thread while somebody looks.

Only the last wish counts: whoever drags along a curve asks many times a second. What is shown comes out of `next`, one
picture per step of the agent, 15 a second in the game.
"""

from __future__ import annotations

import bisect
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.tape import QuickTape, View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.runs.run import Run
    from retroml_core.tape import Tape, TapedEpisode

__all__ = ["STEPS_A_SECOND", "Scene", "TimeMachine", "choose_episode", "next_game", "side_by_side"]

STEPS_A_SECOND = 15.0
AHEAD = 12
"""How many pictures are made before they are shown."""
CANDIDATES = 16
WAIT_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One step of play: its picture (H, W, 3), where in the run it is, what the score was; `wish` tells which wish it answers.

    It is step `index` of the `length` of game `episode`, played in `environment`, one of the `games` played side by side.
    `problem` says in words why there is no picture.
    """

    wish: int
    pixels: NDArray[np.uint8] | None = None
    step: int = 0
    index: int = 0
    environment: int = 0
    games: int = 1
    episode: int = 0
    length: int = 0
    score: float = 0.0
    final_score: float = 0.0
    lives: int = 0
    action: str = ""
    problem: str = ""


@dataclass(frozen=True)
class _Wish:
    number: int
    run: Run
    step: int


class _PassedOver(Exception):
    """Another moment is wanted meanwhile."""


class TimeMachine:
    """Opens tapes with `open_tape` and plays them in a thread of its own, begun at the first wish."""

    def __init__(self, open_tape: Callable[[Run], Tape]) -> None:
        self._open = open_tape
        self._wishes: queue.SimpleQueue[_Wish | None] = queue.SimpleQueue()
        self._scenes: queue.Queue[Scene] = queue.Queue(AHEAD)
        self._newest = 0
        self._thread: threading.Thread | None = None

    def go(self, run: Run, step: int) -> int:
        """Show what was played around `step` of a run; the number of the wish."""
        self._newest += 1
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="time machine", daemon=True)
            self._thread.start()
        self._wishes.put(_Wish(self._newest, run, step))
        return self._newest

    def next(self) -> Scene | None:
        """The next picture of the newest wish, None while it is being made."""
        while True:
            try:
                scene = self._scenes.get_nowait()
            except queue.Empty:
                return None
            if scene.wish == self._newest:
                return scene

    def rest(self) -> None:
        """Nobody looks any more: make no more pictures."""
        self._newest += 1

    def close(self) -> None:
        """End the thread and release tapes."""
        self._newest += 1
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.join(10)

    def _work(self) -> None:
        tape: Tape | None = None
        opened = ""
        while (wish := self._latest()) is not None:
            try:
                if tape is None or opened != wish.run.id:
                    if tape is not None:
                        tape.close()
                    tape, opened = self._open(wish.run), wish.run.id
                else:
                    tape.refresh()
                self._play(tape, wish)
            except _PassedOver:
                continue
            except (OSError, ValueError, LookupError, ImportError) as error:
                words = "nothing was recorded yet" if isinstance(error, FileNotFoundError) else str(error)
                self._give(Scene(wish=wish.number, problem=f"Nothing can be shown of this moment: {words}."))
        if tape is not None:
            tape.close()

    def _latest(self) -> _Wish | None:
        """Wait for a wish; of several only the last."""
        wish = self._wishes.get()
        while wish is not None:
            try:
                wish = self._wishes.get_nowait()
            except queue.Empty:
                return wish
        return None

    def _play(self, tape: Tape, wish: _Wish) -> None:
        episodes = tape.episodes()
        if not episodes:
            raise LookupError("nothing was recorded yet")
        games = side_by_side(episodes)
        place, first = _soonest(tape, episodes, wish.step)
        ready = False

        def look_up(done: int, total: int) -> None:  # noqa: ARG001  # whoever waits sees only that it goes on
            if wish.number != self._newest:
                raise _PassedOver

        names = tape.header.get("actions") or tape.header.get("action_meanings") or []
        while wish.number == self._newest and place < len(episodes):
            episode = episodes[place]
            for moment in tape.play(episode, first=first, view=View.COLOUR, progress=look_up):
                scene = Scene(
                    wish=wish.number,
                    pixels=moment.frames[-1] if len(moment.frames) else None,
                    step=moment.step,
                    index=moment.index,
                    environment=episode.environment,
                    games=games,
                    episode=episode.number,
                    length=episode.length,
                    score=moment.score,
                    final_score=episode.score,
                    lives=moment.lives,
                    action=str(names[moment.action]) if moment.action < len(names) else "",
                )
                if not self._give(scene):
                    return
                if not ready and isinstance(tape, QuickTape):
                    tape.make_ready()
                ready = True
            place, first = next_game(episodes, place), 0

    def _give(self, scene: Scene) -> bool:
        """Hand a picture over; False when another one is wanted meanwhile."""
        while scene.wish == self._newest:
            try:
                self._scenes.put(scene, timeout=WAIT_SECONDS)
            except queue.Full:
                continue
            return True
        return False


def side_by_side(episodes: Sequence[TapedEpisode]) -> int:
    """How many games are played at a time: so many steps of the run pass in one step of a game."""
    return 1 + max(episode.environment for episode in episodes[-CANDIDATES * 4 :])


def _soonest(tape: Tape, episodes: Sequence[TapedEpisode], step: int) -> tuple[int, int]:
    """What `choose_episode` says; where the tape knows better which game takes the least to be seen, that one."""
    if isinstance(tape, QuickTape):
        try:
            episode, index = tape.soonest(step)
        except LookupError:
            return choose_episode(episodes, step)
        return bisect.bisect_left(episodes, episode.number, key=lambda one: one.number), index
    return choose_episode(episodes, step)


def next_game(episodes: Sequence[TapedEpisode], place: int) -> int:
    """Where in `episodes` the game stands that its environment played after that at `place`; behind all when there is none."""
    environment = episodes[place].environment
    following = range(place + 1, len(episodes))
    return next((later for later in following if episodes[later].environment == environment), len(episodes))


def choose_episode(episodes: Sequence[TapedEpisode], step: int) -> tuple[int, int]:
    """Which of `episodes` (in order of beginning) to show for `step` of the run, and from which of its steps on.

    Of the games going on at that moment it is the one that had begun last: it takes the least to re-simulate.
    """
    games = side_by_side(episodes)
    after = next((place for place, episode in enumerate(episodes) if episode.first_step > step), len(episodes))
    best = max(0, after - 1), 0
    for place in range(max(0, after - CANDIDATES), after):
        episode = episodes[place]
        index = (step - episode.first_step) // games
        if index < episode.length:
            best = place, index
    return best
