"""The tape of a run that goes on from another run's checkpoint, and tapes held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from retroml_atari.segment import Record, encode_block, encode_header, records
from retroml_atari.tape import AtariTape, open_tape

from retroml_core.tape import View

CASES = [
    pytest.param("breakout", {"key_steps": 60, "repeat_probability": 0.25, "time_limit_frames": 160}, id="sticky"),
    pytest.param("pong", {"time_limit_frames": 330, "noop_max": 8}, id="games begun at different times"),
    pytest.param("assault", {"key_steps": 100, "time_limit_frames": 160}, id="memory survives a reset"),
]


@dataclass
class Fork:
    """A training `alone` of 150 rows, and one that took it up after 90 rows on a tape of its own."""

    alone: AtariTape
    forked: AtariTape
    step: int
    ended: list
    episodes: list


@pytest.fixture
def fork(session, tmp_path):
    def make(game="pong", **settings):
        alone = session(game, **settings).play(90)
        state, generator = alone.environment.state(), alone.generator.bit_generator.state
        alone.play(60).environment.close()
        (tmp_path / "alone").mkdir()
        (tmp_path / "tape").rename(tmp_path / "alone" / "tape")
        forked = session(game, **settings)
        forked.obs.append(forked.environment.restore(state))
        forked.generator.bit_generator.state = generator
        forked.play(60).environment.close()
        return Fork(open_tape(tmp_path / "alone"), open_tape(tmp_path), 180, forked.ended, alone.ended)

    return make


@pytest.mark.parametrize(("game", "settings"), CASES)
def test_a_run_that_goes_on_holds_its_own_steps_and_plays_open_games_from_their_beginning(fork, game, settings):
    made = fork(game, **settings)
    check = made.forked.verify()
    assert check.ok, check.difference
    assert check.steps == made.forked.steps() == 120
    alone = {(one.environment, one.first_step): one for one in made.alone.episodes()}
    begun_before = [one for one in made.forked.episodes() if one.first_step < made.step]
    assert len(begun_before) == 2
    for episode in begun_before:
        expected = alone[episode.environment, episode.first_step]
        assert (episode.number, episode.length, episode.score) == (expected.number, expected.length, expected.score)
        pairs = zip(
            made.forked.play(episode, view=View.OBSERVATION), made.alone.play(expected, view=View.OBSERVATION), strict=True
        )
        assert all(np.array_equal(one.observation, other.observation) for one, other in pairs)


def test_games_are_on_the_tape_as_they_were_told(fork):
    made = fork("breakout", time_limit_frames=160, key_steps=10_000)
    taped = {(one.environment, one.first_step): one for one in made.forked.episodes()}
    assert made.ended
    assert all(taped[one.environment, one.first_step].score == one.score for one in made.ended)
    assert all(taped[one.environment, one.first_step].length == one.length for one in made.ended)
    assert made.forked.find(step=made.step).first_step <= made.step
    assert made.forked.find(seconds=-1.0).first_step <= made.step
    kinds = [record.kind for record in records((made.forked._index.folder / "0001-training.tape").read_bytes())]
    assert [kind for kind in kinds if kind != b"ROWS"] == [b"OPEN", b"HEAD"]


def test_a_resumed_attempt_needs_no_second_beginning(session, tmp_path):
    playing = session("pong").play(40)
    state = playing.environment.state()
    playing.environment.close()
    session("pong", attempt=2).environment.restore(state)
    kinds = [record.kind for record in records((tmp_path / "tape" / "0002-training.tape").read_bytes())]
    assert kinds[0] == b"HEAD"


def test_a_second_attempt_of_a_run_that_goes_on_is_verified(session, tmp_path, tape):
    first = session("pong").play(40)
    state = first.environment.state()
    first.environment.close()
    (tmp_path / "tape").rename(tmp_path / "other")
    second = session("pong")
    second.obs.append(second.environment.restore(state))
    again = second.play(21).environment.state()
    second.environment.close()
    third = session("pong", attempt=2)
    third.obs.append(third.environment.restore(again))
    third.play(30).environment.close()
    opened = tape()
    assert opened.verify().ok
    assert opened.steps() == 51 * 2


# --- two tapes side by side -----------------------------------------------------------------------------------------------


def test_the_same_training_is_the_same_tape(fork):
    made = fork()
    with pytest.raises(TypeError, match="cannot be compared"):
        made.alone.compare(object())
    check = made.alone.compare(made.forked, first_step=made.step)
    assert check.ok
    assert check.steps == 120
    assert made.alone.compare(made.forked, first_step=made.step, last_step=made.step + 20).steps == 20


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("action", "the action of environment 1 in episode 2 is recorded as"),
        ("reward", "the reward of environment 1 in episode 2 is recorded as 3; played again it is 0"),
        ("life", "a life of environment 1 in episode 2 ends here as recorded; played again it does not"),
    ],
)
def test_the_first_difference_is_named(session, tmp_path, tape, kind, words):
    session("pong").play(60).environment.close()
    honest = tape()
    block = honest._reel("training").block(0)
    changes = {
        "action": ("actions", lambda old: (old + 1) % 6),
        "reward": ("rewards", lambda old: 3),
        "life": ("lost", lambda old: True),
    }
    name, change = changes[kind]
    array = getattr(block, name).copy()
    array[37, 1] = change(array[37, 1])
    forged = _forge(tmp_path, block, **{name: array})
    check = forged.compare(honest)
    assert (check.first_divergence_step, check.kind) == (74, kind)
    assert words in check.difference


def test_other_observations_are_narrowed_down_to_sixteen_steps(session, tmp_path, tape):
    session("pong").play(60).environment.close()
    honest = tape()
    block = honest._reel("training").block(0)
    checks = block.checks.copy()
    checks[2, 0] += 1
    check = _forge(tmp_path, block, checks=checks).compare(honest)
    assert (check.first_divergence_step, check.kind) == (94, "observation")
    assert "environment 0 in episode 1 within the 16 steps up to here" in check.difference


def _forge(folder: Path, block, **changes) -> AtariTape:
    """A tape with one block, changed, and a CRC that fits."""
    import dataclasses

    file = folder / "tape" / "0001-training.tape"
    first: Record = next(records(file.read_bytes()))
    header = encode_header(first.header())
    (folder / "forged" / "tape").mkdir(parents=True)
    forged = encode_block(dataclasses.replace(block, **changes))
    (folder / "forged" / "tape" / file.name).write_bytes(header + forged)
    return open_tape(folder / "forged")
