"""The sound of a film as AAC (ISO/IEC 14496-3), which every player of MP4 knows, at 48 kHz."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

if TYPE_CHECKING:
    import numpy as np
    from av.container import OutputContainer
    from av.packet import Packet
    from numpy.typing import NDArray

    from retroml_video.soundtrack import Recording

__all__ = ["RATE", "Voice"]

RATE: Final = 48_000
_BITS_A_SECOND: Final = 96_000
_SAMPLES_A_FRAME: Final = 1024


class Voice:
    """The sound of `recording` in `container`, `seconds` long; make it before the first packet is written."""

    def __init__(self, container: OutputContainer, recording: Recording, seconds: Fraction) -> None:
        self._stream = container.add_stream("aac", rate=RATE, layout="mono")
        self._stream.bit_rate = _BITS_A_SECOND
        self._packets = self._encoded(recording, round(recording.rate * seconds))
        self._seconds = Fraction(0)

    def until(self, seconds: Fraction | None) -> Iterator[Packet[Any]]:
        """The packets up to a second of the film, or all that are left."""
        while seconds is None or self._seconds < seconds:
            packet = next(self._packets, None)
            if packet is None:
                return
            self._seconds = (packet.pts or 0) * packet.time_base
            yield packet

    def _encoded(self, recording: Recording, samples: int) -> Iterator[Packet[Any]]:
        resampler = AudioResampler(format="fltp", layout="mono", rate=RATE, frame_size=_SAMPLES_A_FRAME)
        done = 0
        for sound in recording.read(samples):
            if len(sound):
                for frame in resampler.resample(_frame(sound, done, recording.rate)):
                    yield from self._stream.encode(frame)
            done += len(sound)
        for frame in resampler.resample(None):
            yield from self._stream.encode(frame)
        yield from self._stream.encode(None)


def _frame(sound: NDArray[np.int16], begin: int, rate: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
    frame.rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
    return frame
