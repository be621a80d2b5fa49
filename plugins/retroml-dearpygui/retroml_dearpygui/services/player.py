"""A film played: decoded in a thread of its own, shown by whoever asks which picture is due."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from retroml_dearpygui.services.film_reader import FilmReader, Picture, Unplayable

__all__ = ["RATES", "Player"]

RATES = (0.25, 0.5, 1.0, 2.0, 4.0)
DEPTH = 6
LATE_SECONDS = 0.25


class Player:
    """Plays one film at a time. All methods are for the main thread; only decoding happens elsewhere.

    `duration` and `position` in seconds, `size` of the pictures, `error` in words; `playing` is false at the end.
    """

    def __init__(self, box: tuple[int, int], *, clock: Callable[[], float] = time.monotonic) -> None:
        self.duration = self.position = 0.0
        self.fps = 30.0
        self.size = (0, 0)
        self.error = ""
        self.playing = False
        self.path: Path | None = None
        self._rate = 1.0
        self._box = box
        self._clock = clock
        self._anchor = (0.0, 0.0)
        self._pictures: deque[Picture] = deque()
        self._changed = threading.Condition()
        self._request: tuple[str, Path | float | None] | None = None
        self._settled = True
        self._ended = False
        self._closed = False
        self._show_next = False
        self._thread: threading.Thread | None = None

    @property
    def rate(self) -> float:
        """How fast: 1 is as filmed."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._rate = rate
        self._hold()

    @property
    def ready(self) -> bool:
        """Whether what was asked for last (a film, a moment) is there to be shown."""
        with self._changed:
            return self._settled and (bool(self._pictures) or self._ended or bool(self.error))

    def open(self, path: Path) -> None:
        """Play the film in `path` from its beginning. What cannot be played is told in `error`."""
        self.path, self.error, self.duration, self.playing = path, "", 0.0, True
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="film player", daemon=True)
            self._thread.start()
        self._ask("open", path, 0.0)

    def seek(self, seconds: float) -> None:
        """Go to a moment, playing or not."""
        if self.path is not None and not self.error:
            self._ask("seek", min(max(seconds, 0.0), self.duration), seconds)

    def step(self, pictures: int) -> None:
        """Pause and go some pictures on, or back."""
        self.pause()
        if pictures == 1 and self.ready and not self._ended_here():
            self._show_next = True
        else:
            self.seek(min(self.position + pictures / self.fps, self.duration - 1.0 / self.fps))

    def toggle(self) -> None:
        """Play or pause; at the end, play again from the beginning."""
        if self.playing:
            self.pause()
        elif self._ended_here():
            self.playing = True
            self.seek(0.0)
        else:
            self.playing = True
            self._hold()

    def pause(self) -> None:
        """Stay at the picture shown."""
        self.playing = False

    def due(self) -> Picture | None:
        """The picture to show from now on; None: the one shown stays."""
        with self._changed:
            picture = self._take()
            self._changed.notify_all()
        if picture is not None:
            self.position = picture.seconds
        elif self.playing and self._ended_here():
            self.playing = False
        return picture

    def close(self) -> None:
        """Let go of the film; the player can open another."""
        if self.path is not None:
            self.path, self.playing = None, False
            self._ask("close", None, 0.0)

    def shut_down(self) -> None:
        """End the thread; the player is not used again."""
        self.close()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(5)

    # --- the main thread's side -----------------------------------------------------------------------------------------

    def _ask(self, what: str, argument: Path | float | None, position: float) -> None:
        with self._changed:
            self._request, self._settled, self._ended = (what, argument), False, False
            self._pictures.clear()
            self._show_next = True
            self._changed.notify_all()
        self.position = position
        self._hold()

    def _hold(self) -> None:
        """Count film time from the position shown now."""
        self._anchor = (self.position, self._clock())

    def _moment(self) -> float:
        position, since = self._anchor
        return position + (self._clock() - since) * self._rate

    def _take(self) -> Picture | None:
        if not self._settled or not self._pictures:
            if self.playing and self._moment() > self.position + LATE_SECONDS:
                self._hold()
            return None
        if self._show_next:
            self._show_next = False
            first = self._pictures.popleft()
            self._anchor = (first.seconds, self._clock())
            return first
        picture: Picture | None = None
        moment = self._moment()
        while self.playing and self._pictures and self._pictures[0].seconds <= moment:
            picture = self._pictures.popleft()
        return picture

    def _ended_here(self) -> bool:
        return self._ended and not self._pictures

    # --- the thread's side ----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        reader: FilmReader | None = None
        try:
            while (request := self._wait(reader)) is not None:
                reader = self._serve(reader, *request)
        finally:
            if reader is not None:
                reader.close()

    def _wait(self, reader: FilmReader | None) -> tuple[str, Path | float | None] | None:
        """What is asked for; ("more", None) when a film has room for another picture; None at the end of all."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._request or (reader and not self._full()))
            request, self._request = self._request, None
            return request or (None if self._closed else ("more", None))

    def _full(self) -> bool:
        return self._ended or len(self._pictures) >= DEPTH

    def _serve(self, reader: FilmReader | None, what: str, argument: Path | float | None) -> FilmReader | None:
        try:
            if what in ("open", "close"):
                if reader is not None:
                    reader.close()
                reader = FilmReader(argument, self._box) if isinstance(argument, Path) else None
            elif what == "seek" and reader is not None and isinstance(argument, float):
                reader.seek(argument)
            picture = reader.next(self._skip_to(what)) if reader is not None else None
        except Unplayable as fault:
            self._failed(reader, str(fault))
            return None
        with self._changed:
            if self._request is None:
                self._deliver(reader, picture)
        return reader

    def _skip_to(self, what: str) -> float:
        """Pictures that nobody would see in time are not worth turning into pixels."""
        late = self._rate > 1.0 and self.playing and what == "more" and not self._pictures
        return self._moment() if late else 0.0

    def _deliver(self, reader: FilmReader | None, picture: Picture | None) -> None:
        if reader is not None:
            self.duration, self.fps, self.size = reader.duration, reader.fps, reader.size
        if picture is not None:
            self._pictures.append(picture)
        self._ended = picture is None
        self._settled = True

    def _failed(self, reader: FilmReader | None, message: str) -> None:
        if reader is not None:
            reader.close()
        with self._changed:
            self.error, self._settled, self.playing = message, True, False
