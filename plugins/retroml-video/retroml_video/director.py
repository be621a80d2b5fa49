"""Chooses what a time-lapse shows: pieces of real play over the whole training, from its first game to its end.

The training is cut into as many windows as the film has stretches; what was special about each is told by
`retroml_video.story`. The first stretch shows the first game from its beginning, the last the end of the play recorded last;
between them each shows a record, a leap or a typical game. The first points and the best game of all are always among them.
Leaps get more of the film than plateaus. A piece begins and ends where play can be cut (`retroml_video.cuts`), at the part of
the game where most points are made. The same tape and length give the same film.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.cuts import Piece, Play, play_of
from retroml_video.projector import Stretch
from retroml_video.reel import Reel
from retroml_video.story import Choice, Reason, Story, ends_of

if TYPE_CHECKING:
    from retroml_core.tape import Tape

__all__ = ["Director", "Reason", "ends_of"]

_FIRST_POINTS_SEARCH = 400
_LEAST_WINDOWS = 4
_KEPT_FOR_LATER = 0.6


class Director:
    """Plans one time-lapse of `steps` steps from stretches of about `stretch_steps`. Use once.

    With `skip_still` stretches get room to grow, so that the projector may leave out pictures in which nothing moves.
    """

    def __init__(self, tape: Tape, *, steps: int, stretch_steps: int, skip_still: bool = False) -> None:
        self.tape, self.steps, self.stretch_steps = tape, steps, max(stretch_steps, 1)
        self.windows = max(round(steps / self.stretch_steps), 1)
        self._room = self.stretch_steps if skip_still else 0
        self.episodes = [episode for episode in tape.episodes("training") if episode.length > 0]
        self._reel = Reel(self.episodes)

    def plan(self) -> list[Stretch]:
        """The stretches in order of time; fewer steps than asked only when the tape holds fewer."""
        if sum(episode.length for episode in self.episodes) <= self.steps:
            return self._everything()
        story = Story(self.episodes, self.windows)
        shares = np.cumsum(story.weights) * self.steps / story.weights.sum()
        first_points = self._first_points() if self.windows >= _LEAST_WINDOWS else []
        for window in range(self.windows):
            choices = story.choices(window) if window != 1 else first_points + story.choices(window)
            used = self._reel.steps
            if window == self.windows - 1:
                self._fill(choices, self.steps - used)
            else:
                most = self.steps - used - round(_KEPT_FOR_LATER * (self.steps - shares[window]))
                self._show(choices, round(shares[window]) - used, most)
        missing = self.steps - self._reel.steps
        missing -= self._reel.grow(missing)
        self._fill([(i, Reason.TYPICAL, "it fills the film") for i in range(len(self.episodes))], missing, least=1)
        return self._reel.stretches(most_room=self._room)

    def _everything(self) -> list[Stretch]:
        why = "the training holds no more play than this"
        return [
            Stretch(episode=episode, first=0, last=episode.length, title=f"Game {episode.number}", why=why)
            for episode in sorted(self.episodes, key=lambda episode: (episode.first_step, episode.number))
        ]

    def _show(self, choices: Sequence[Choice], share: int, most: int) -> None:
        """Show about `share` steps, at most `most`, from the first of `choices`; from more of them when it is too short."""
        least = max(self.stretch_steps // 2, 1)
        for position, (i, reason, why) in enumerate(choices):
            if min(share, most) < 1 or (position > 0 and share < least):
                break
            piece = self._piece(i, reason, share, most)
            if piece is not None:
                taken = self._reel.add(i, piece.first, piece.last, reason, _where(why, piece, self.episodes[i].length))
                share, most = share - taken, most - taken

    def _piece(self, i: int, reason: Reason, share: int, most: int) -> Piece | None:
        """What of an episode is shown for that reason; None when too little of it is free."""
        play, gaps = play_of(self.tape, self.episodes[i]), self._reel.gaps(i)
        whole = gaps == [(0, play.length)]
        if play.length <= min(share, most):
            return Piece(0, play.length, True) if whole and play.length else None
        if reason is Reason.FIRST and whole:
            return play.beginning(share, most)
        gain = play.first_gain() if reason is Reason.POINTS else None
        return play.best(share, gaps, most=most, must_hold=gain)

    def _first_points(self) -> list[Choice]:
        """The episode with the earliest point of the training, where one is found among the first few hundred."""
        together = 1 + max(episode.environment for episode in self.episodes)
        order = sorted(range(len(self.episodes)), key=lambda i: (self.episodes[i].first_step, i))
        earliest: tuple[int, int] | None = None
        for i in order[:_FIRST_POINTS_SEARCH]:
            episode = self.episodes[i]
            if earliest is not None and episode.first_step > earliest[0]:
                break
            gain = Play(self.tape.rewards(episode), np.zeros(0, np.int64)).first_gain()
            if gain is not None:
                found = (episode.first_step + gain * together, i)
                earliest = min(earliest or found, found)
        if earliest is None:
            return []
        return [(earliest[1], Reason.POINTS, f"the first points of the training, at step {earliest[0]:,}")]

    def _fill(self, choices: Sequence[Choice], share: int, least: int | None = None) -> None:
        """Take exactly `share` steps from `choices` in turn, as far as they hold as many without showing mere snippets."""
        least = max(self.stretch_steps // 2, 1) if least is None else least
        for position, (i, reason, why) in enumerate(choices):
            if share < 1 or (position > 0 and share < least):
                break
            length = self.episodes[i].length
            wanted = length - share if reason is Reason.END else _densest(play_of(self.tape, self.episodes[i]), share)
            share -= self._reel.take(i, max(wanted, 0), share, least, reason, why)


def _densest(play: Play, steps: int) -> int:
    piece = play.best(min(steps, play.length), [(0, play.length)], most=min(steps, play.length))
    return piece.first if piece is not None else 0


def _where(why: str, piece: Piece, length: int) -> str:
    """The reason, and which part of the game is shown and how it was cut."""
    if (piece.first, piece.last) == (0, length):
        return f"{why}; the whole game"
    cut = ", from one natural cut to another" if piece.natural else ""
    return f"{why}; steps {piece.first} to {piece.last - 1} of {length}{cut}"
