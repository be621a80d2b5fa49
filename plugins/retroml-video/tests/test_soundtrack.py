"""What is heard in a film."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from retroml_video import encoder
from retroml_video.audio import RATE
from retroml_video.encoder import FilmWriter
from retroml_video.looks import Looks
from retroml_video.milestones import Milestones
from retroml_video.projector import Projector, Stretch
from retroml_video.race import Race
from retroml_video.settings import EncoderConfig, TimelapseConfig
from retroml_video.side_by_side import MilestonesConfig, RaceConfig
from retroml_video.soundtrack import FADE_SECONDS, Recording, Soundtrack, pack_sound
from retroml_video.timelapse import Timelapse

from retroml_core.testing.film import MadeUpArena, MadeUpPlayers, made_up_sound, made_up_tape

HEARD = 30_720
WIDTH, HEIGHT = 64, 48


def sounding(**changes):
    tape = made_up_tape(**changes)
    tape.sound_rate = HEARD
    return tape


def recording(folder, *sounds, cuts=(), rate=HEARD):
    paths = [folder / f"{number}.sound" for number in range(len(sounds))]
    for path, sound in zip(paths, sounds, strict=True):
        path.write_bytes(pack_sound(sound))
    return Recording(paths=paths, rate=rate, cuts=list(cuts))


def loud(samples):
    return np.full(samples, 10_000, np.int16)


def whole(recorded, samples):
    return np.concatenate(list(recorded.read(samples)))


def voice_of(path):
    """The samples of a film (n,), and the second at which the first is heard."""
    with av.open(str(path)) as film:
        frames = list(film.decode(audio=0))
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]), frames[0].time


def same(heard, expected):
    """How alike two pieces of sound are, 1 at most; `expected` is brought to the rate of films."""
    times = np.arange(len(heard)) / RATE
    known = np.interp(times, np.arange(len(expected)) / HEARD, expected)
    return np.corrcoef(heard, known)[0, 1]


def film(path, seconds=3, rate=HEARD, format="mp4"):
    """A film whose sound is that of the steps of a made-up game."""
    with FilmWriter(
        path, width=WIDTH, height=HEIGHT, fps=30, settings=EncoderConfig(), sound_rate=rate, format=format
    ) as writer:
        for picture in range(seconds * 30):
            if picture % 2 == 0:
                writer.sound.hear(made_up_sound(picture // 2, HEARD))
            writer.write(np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8))
        writer.finish()


def test_what_is_kept_from_before_is_dropped():
    track = Soundtrack(kept=10)
    track.cut()
    track.hear(loud(8))
    track.hear(loud(8))
    track.cut()
    sound, cuts = track.take()
    assert (len(sound), cuts, track.samples) == (6, [16], 16)
    assert track.take()[1] == []


def test_a_recording_is_as_long_as_asked(tmp_path):
    assert len(whole(recording(tmp_path, loud(100), loud(50)), 120)) == 120
    assert whole(recording(tmp_path, loud(100)), 250)[110:].tolist() == [0] * 140


def test_sound_fades_at_both_ends_and_at_cuts_and_nowhere_else(tmp_path):
    fade = round(HEARD * FADE_SECONDS)
    for sounds in ([loud(3000)], [loud(1000), loud(2000)]):  # a cut between two files is one within a file
        heard = whole(recording(tmp_path, *sounds, cuts=[1000]), 3000)
        quieter = np.flatnonzero(heard < 10_000)
        near = [*range(fade), *range(1000 - fade, 1000 + fade), *range(3000 - fade, 3000)]
        assert quieter.tolist() == near
        assert abs(int(heard[1000])) < 100
        assert np.all(np.diff(heard[:fade].astype(int)) >= 0)


def test_the_sound_of_a_film_is_as_long_as_its_pictures_and_in_step_with_them(tmp_path):
    film(tmp_path / "f.mp4")
    heard, begins = voice_of(tmp_path / "f.mp4")
    expected = np.concatenate([made_up_sound(step, HEARD) for step in range(45)])
    assert begins == 0
    assert abs(len(heard) / RATE - 3) < 0.05
    for second in (0.2, 1.0, 2.7):
        low = round(second * RATE)
        piece = expected[round(second * HEARD) : round((second + 0.2) * HEARD)]
        assert same(heard[low : low + RATE // 5], piece) > 0.98


def test_a_film_with_sound_is_exactly_as_long_and_begins_at_once(tmp_path):
    film(tmp_path / "f.mp4")
    facts = Looks().examine(tmp_path / "f.mp4")
    assert (facts.seconds, facts.fps, facts.sound) == (3.0, 30, True)
    with av.open(str(tmp_path / "f.mp4")) as made:
        assert abs(made.duration / av.time_base - 3) < 0.05
        (stream,) = made.streams.audio
        assert (stream.codec_context.name, stream.rate, stream.layout.name) == ("aac", RATE, "mono")
        assert made.streams.video[0].index == 0
        assert [f.pts * made.streams.video[0].time_base for f in made.decode(video=0)] == [Fraction(i, 30) for i in range(90)]
    data = (tmp_path / "f.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_without_a_rate_a_film_is_silent(tmp_path):
    film(tmp_path / "f.mp4", seconds=1, rate=0)
    assert not Looks().examine(tmp_path / "f.mp4").sound


def project(tape, stretch, may_skip=0):
    return list(Projector(tape, fps=30, frames_per_step=4, deflicker=True, sound=True).play(stretch, may_skip=may_skip))


def test_a_step_is_heard_as_long_as_it_is_shown():
    tape = sounding()
    shots = project(tape, Stretch(episode=tape.training[0], first=3, last=9, title=""))
    assert [shot.cut for shot in shots] == [True] + [False] * 5
    assert all(np.array_equal(shot.sound, made_up_sound(shot.moment.index, HEARD)) for shot in shots)


def test_a_tape_without_sound_is_played_without():
    tape = made_up_tape()
    (shot,) = project(tape, Stretch(episode=tape.training[0], first=3, last=4, title=""))
    assert shot.sound is None


@pytest.mark.parametrize(("wish", "heard"), [({}, True), ({"sound": False}, False), ({"format": "webp"}, False)])
def test_a_film_is_heard_unless_it_is_not_wanted_or_has_no_room_for_sound(make_job, wish, heard):
    job = make_job(tape=sounding(), length_seconds=1.0, film=wish)
    result = Timelapse(TimelapseConfig(hardware=False)).render(job)
    assert (result.extra["sound"] is not None) == heard
    if "format" not in wish:
        assert Looks().examine(job.target).sound == heard


def test_a_time_lapse_lets_each_stretch_be_heard_where_it_is_shown(make_job):
    job = make_job(tape=sounding(), length_seconds=6.0, film={"fps": 15, "captions": False})
    result = Timelapse(TimelapseConfig(hardware=False, stretch_seconds=2.0)).render(job)
    heard, _ = voice_of(job.target)
    assert len(result.segments) > 2
    for segment in result.segments:
        indices = range(segment.first_index + 1, segment.first_index + 6)
        expected = np.concatenate([made_up_sound(index, HEARD) for index in indices])
        low = round((segment.start_seconds + 4 / 60) * RATE)
        assert same(heard[low : low + RATE // 3], expected) > 0.95


class Killed(Exception):
    """Ends a film at once, as if its process were killed."""


def test_a_film_gone_on_with_sounds_as_one_made_at_once(make_job, tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "PART_SECONDS", 1)
    monkeypatch.setattr(FilmWriter, "__exit__", lambda writer, *exception: writer._part and writer._part.close())
    renderer = Timelapse(TimelapseConfig(hardware=False, stretch_seconds=1.5))

    def die(fraction, doing):
        if fraction > 0.75:
            raise Killed

    wishes = {"length_seconds": 5.0, "film": {"fps": 15, "captions": False}}
    with pytest.raises(Killed):
        renderer.render(make_job(tape=sounding(), target=tmp_path / "a.mp4", progress=die, **wishes))
    renderer.render(make_job(tape=sounding(), target=tmp_path / "a.mp4", **wishes))
    renderer.render(make_job(tape=sounding(), target=tmp_path / "b.mp4", **wishes))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def beside(make_job, steps, **changes):
    """A job for films of several games."""
    parts = {"arena": MadeUpArena(sound_rate=HEARD), "players": MadeUpPlayers(steps), "length_seconds": 1.0}
    job = make_job(film={"fps": 15, "captions": False}, **parts, **changes)
    job.run.tree = {"seed": 1}
    return job


def test_of_milestones_the_most_trained_agent_is_heard(make_job):
    job = beside(make_job, [0, 1800])
    result = Milestones(MilestonesConfig(hold_seconds=0.5, hardware=False)).render(job)
    heard, _ = voice_of(job.target)
    assert result.extra["sound"] == result.segments[-1].title
    assert result.segments[-1].policy_step == 1800
    expected = np.concatenate([made_up_sound(index, HEARD) for index in range(15)])
    assert same(heard[:RATE], expected) > 0.95
    assert np.abs(heard[round(1.05 * RATE) :]).max() < 0.02


def test_of_a_race_the_winner_is_heard(make_job):
    losing, winning = (beside(make_job, steps, algorithm_title=title) for title, steps in (("PPO", [0]), ("DQN", [0, 1800])))
    job = replace(losing, others=(winning,), length_seconds=5.0)
    result = Race(RaceConfig(hold_seconds=0.0, hardware=False)).render(job)
    assert result.extra["sound"] == max(result.segments, key=lambda segment: segment.score).title == "DQN"
    assert Looks().examine(job.target).sound
