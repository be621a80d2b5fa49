from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
import pytest
from retroml_video.planes import pack, unpack
from retroml_video.projector import Projector, Stretch, _steadied, frames_needed, pictures_in

from retroml_core.tape import View
from retroml_core.testing.film import made_up_frame, made_up_tape


def project(stretches, fps=60, deflicker=True, tape=None):
    projector = Projector(tape or made_up_tape(), fps=fps, frames_per_step=4, deflicker=deflicker)
    return [shot for stretch in stretches for shot in projector.play(stretch)]


def stretch(tape, first=0, last=20, number=0):
    return Stretch(episode=tape.training[number], first=first, last=last, title="")


def test_at_60_every_frame_of_the_game_is_shown_as_it_is():
    tape = made_up_tape()
    for shot in project([stretch(tape, 5, 9)], tape=tape):
        for i, picture in enumerate(shot.pictures):
            assert np.array_equal(unpack(picture), made_up_frame(1, shot.moment.index, i))


def test_at_30_every_second_frame_is_shown_and_the_last_of_a_step_among_them():
    tape = made_up_tape()
    for shot in project([stretch(tape, 5, 9)], fps=30, tape=tape):
        assert [unpack(picture)[52].tolist() for picture in shot.pictures] == [
            made_up_frame(1, shot.moment.index, i)[52].tolist() for i in (1, 3)
        ]


@pytest.mark.parametrize("fps", [15, 24, 25, 30, 50, 60])
def test_the_number_of_pictures_is_that_of_the_frames(fps):
    tape = made_up_tape()
    shots = project([stretch(tape, 0, 33), stretch(tape, 40, 57), stretch(tape, 3, 4, number=2)], fps=fps, tape=tape)
    assert sum(len(shot.pictures) for shot in shots) == pictures_in((33 + 17 + 1) * 4, fps)


@pytest.mark.parametrize("fps", [15, 24, 25, 30, 50, 60])
def test_frames_needed_are_enough_and_not_too_many(fps):
    for pictures in range(1, 100):
        assert pictures_in(frames_needed(pictures, fps), fps) == pictures
        assert pictures_in(frames_needed(pictures, fps) - 1, fps) < pictures


def test_only_the_steps_asked_for_are_played():
    tape = made_up_tape()
    assert [shot.moment.index for shot in project([stretch(tape, 7, 11)], tape=tape)] == [7, 8, 9, 10]


def resting(tape, first, last):
    """The tape, with a game in which nothing moves from step `first` to `last`."""
    whole = tape.play

    def play(episode, *, first=0, last=None, view=View.COLOUR):
        for moment in whole(episode, first=first, last=last, view=view):
            index = min(max(moment.index, 0), pause[0]) if moment.index < pause[1] else moment.index
            frames = [made_up_frame(episode.number, index, 0 if index == pause[0] else i) for i in range(4)]
            rests = pause[0] <= moment.index < pause[1]
            yield replace(moment, frames=frames, reward=0.0 if rests else moment.reward)

    pause = (first, last)
    tape.play = play
    return tape


def shown(tape, piece, may_skip):
    projector = Projector(tape, fps=60, frames_per_step=4, deflicker=True)
    return [shot.moment.index for shot in projector.play(piece, may_skip=may_skip)]


def test_of_a_long_pause_only_the_beginning_and_the_very_end_are_shown():
    tape = resting(made_up_tape(), 10, 50)
    piece = replace(stretch(tape, 0, 40), latest=80)
    indices = shown(tape, piece, 100)
    assert indices == [*range(19), 48, 49, *range(50, 69)]
    assert len(indices) == piece.steps


def test_a_pause_is_shown_as_far_as_the_film_needs_its_length():
    tape = resting(made_up_tape(), 10, 50)
    piece = replace(stretch(tape, 0, 60), latest=80)
    assert shown(tape, piece, 0) == [*range(60)]
    assert shown(tape, piece, 5) == [*range(19), *range(24, 65)]


def test_what_a_stretch_has_no_room_for_is_left_to_the_next():
    tape = resting(made_up_tape(), 10, 50)
    assert len(shown(tape, stretch(tape, 0, 60), 100)) == 60 - 29


def test_a_step_that_brings_points_is_never_left_out():
    tape = resting(made_up_tape(), 10, 24)
    assert 24 in shown(tape, stretch(tape, 0, 40), 100)


def test_a_longer_stretch_grows_at_its_end_first():
    piece = replace(stretch(made_up_tape(), 20, 40), earliest=10, latest=45)
    assert piece.room == 15
    assert (piece.longer(3).first, piece.longer(3).last) == (20, 43)
    assert (piece.longer(15).first, piece.longer(15).last) == (10, 45)
    assert stretch(made_up_tape()).room == 0


def test_a_step_cut_short_by_the_end_of_the_game_keeps_its_last_frame():
    tape = made_up_tape()
    whole = tape.play

    def cut(episode, *, first=0, last=None, view=View.COLOUR):
        for moment in whole(episode, first=first, last=last, view=view):
            yield type(moment)(**{name: getattr(moment, name) for name in moment.__slots__} | {"frames": moment.frames[:1]})

    tape.play = cut
    (shot,) = project([stretch(tape, 4, 5)], tape=tape)
    assert len(shot.pictures) == 4
    assert all(np.array_equal(unpack(picture), made_up_frame(1, 4, 0)) for picture in shot.pictures)


def blinking(*seen):
    frames = deque(maxlen=4)
    for visible in seen:
        frame = np.zeros((4, 4, 3), np.uint8)
        frame[1, 1] = (200, 100, 50) if visible else (0, 0, 0)
        frames.append(pack(frame))
    return frames


@pytest.mark.parametrize("seen", [(True, False, True, False), (False, True, False, True)])
def test_an_object_drawn_every_other_frame_is_always_seen(seen):
    assert unpack(_steadied(blinking(*seen)))[1, 1].tolist() == [200, 100, 50]


@pytest.mark.parametrize("seen", [(True, True, False, False), (False, True, True, False), (True, False)])
def test_an_object_that_comes_or_goes_is_left_alone(seen):
    frames = blinking(*seen)
    assert np.array_equal(_steadied(frames), frames[-1])


def test_a_game_without_flicker_is_shown_exactly():
    tape = made_up_tape()
    steadied = project([stretch(tape, 2, 12)], fps=30, tape=tape)
    plain = project([stretch(tape, 2, 12)], fps=30, deflicker=False, tape=tape)
    for one, other in zip(steadied, plain, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one.pictures, other.pictures, strict=True))
