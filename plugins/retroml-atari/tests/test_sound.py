"""What is heard of a game that is played again."""

from __future__ import annotations

import numpy as np
import pytest
from retroml_atari.listening import MOST_KEPT, Listening

from retroml_core.tape import View, sound_rate_of

STICKY = {"repeat_probability": 0.25}


def heard(opened, first, last):
    """The samples of some steps of the first game."""
    moments = opened.play(opened.episodes()[0], first=first, last=last, view=View.COLOUR_60_SOUND)
    return np.concatenate([moment.sound for moment in moments])


@pytest.mark.parametrize("settings", [{}, STICKY], ids=["plain", "sticky"])
def test_a_second_of_a_game_has_a_second_of_sound(session, tape, settings):
    session("pong", count=1, **settings).play(80).environment.close()
    opened = tape()
    sound = heard(opened, 20, 65)
    assert sound.dtype == np.int16
    assert len(sound) == 3 * sound_rate_of(opened)
    assert len(np.unique(sound)) > 1


def test_the_play_is_the_same_with_sound(session, tape):
    session("kung_fu_master", count=1).play(60).environment.close()
    opened = tape()
    (episode,) = opened.episodes()
    for loud, silent in zip(
        opened.play(episode, view=View.COLOUR_60_SOUND), opened.play(episode, view=View.COLOUR_60), strict=True
    ):
        assert np.array_equal(loud.frames, silent.frames)
        assert loud.score == silent.score
        assert silent.sound is None


def test_what_is_heard_does_not_depend_on_what_was_heard_before(session, tape):
    session("pong", count=1).play(150).environment.close()
    expected = heard(tape(), 100, 130)
    opened = tape()
    heard(opened, 10, 40)
    assert np.array_equal(heard(opened, 100, 130), expected)  # gone on with
    assert np.array_equal(heard(opened, 100, 130), expected)  # begun anew


def test_a_game_that_was_listened_to_is_gone_on_with(session, tape):
    session("pong", count=1).play(100).environment.close()
    opened = tape()
    heard(opened, 10, 60)
    unseen: list[int] = []
    next(opened.play(opened.episodes()[0], first=70, view=View.COLOUR_60_SOUND, progress=lambda _, total: unseen.append(total)))
    assert max(unseen) == 10


def test_a_game_that_begins_elsewhere_is_not_gone_on_with(session, tape):
    session("pong", count=1, time_limit_frames=160).play(90).environment.close()
    opened = tape()
    listening = Listening()
    reel = opened._reel("training")
    first = listening.walk(reel, 0, 30, None)
    listening.keep(first)
    assert listening.walk(reel, 0, 50, None) is not first


def test_only_some_walks_are_kept():
    class Standing:
        def __init__(self, environment: int) -> None:
            self.environment = environment

        def leads_to(self, place: int) -> bool:
            return True

        def go_to(self, place: int, progress: object) -> None:
            pass

    listening = Listening()
    walks = [Standing(environment) for environment in range(MOST_KEPT + 1)]
    for walk in walks:
        listening.keep(walk)
    assert list(listening._kept) == list(range(1, MOST_KEPT + 1))
    assert listening.walk(None, MOST_KEPT, 0, None) is walks[-1]
