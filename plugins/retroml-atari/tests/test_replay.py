from __future__ import annotations

import dataclasses
import itertools
import zlib

import numpy as np
import pytest
from retroml_atari.console import emulators
from retroml_atari.picture import Shrink
from retroml_atari.segment import ROWS, decode_block, encode_block, encode_header, records
from retroml_atari.settings import AtariConfig
from retroml_atari.simulate import Simulator

from retroml_core.tape import View

STICKY = {"repeat_probability": 0.25, "key_steps": 150}
CASES = [
    (game, settings)
    for game in ("breakout", "pong", "ms_pacman", "kung_fu_master")
    for settings in ({"time_limit_frames": 480}, {**STICKY, "time_limit_frames": 360})
]


@pytest.mark.parametrize(("game", "settings"), CASES)
def test_what_is_played_again_is_what_was_played(session, tape, game, settings):
    playing = session(game, **settings).play(190)
    playing.environment.close()
    opened = tape()
    assert opened.verify().ok
    for episode in (opened.episodes()[0], opened.episodes()[-1]):
        moments = list(opened.play(episode, view=View.OBSERVATION))
        rows = [moment.step // 2 for moment in moments]
        i = episode.environment
        assert len(moments) == episode.length
        assert np.array_equal([m.observation for m in moments], np.array(playing.obs)[rows, i])
        assert np.array_equal([m.action for m in moments], np.array(playing.actions)[rows, i])
        assert np.array_equal([m.reward for m in moments], [playing.transitions[row].raw_rewards[i] for row in rows])
        assert moments[-1].score == episode.score


def test_colour_is_what_an_agent_that_sees_colour_is_shown(session, tape):
    """Two emulators: ours, and ale-py's vector environment in colour at full size."""
    from ale_py.vector_env import AtariVectorEnv

    playing = session("ms_pacman", count=1).play(90)
    playing.environment.close()
    opened = tape()
    (episode,) = opened.episodes()
    seed = int(opened._reel("training").begins["seed"][0])
    colour = AtariVectorEnv(
        "ms_pacman", 1, grayscale=False, img_height=210, img_width=160, stack_num=1, reward_clipping=False, num_threads=1
    )
    colour.reset(seed=np.array([seed]))
    for moment in opened.play(episode, view=View.COLOUR):
        (frame,) = moment.frames
        expected = colour.step(np.array([moment.action]))[0][0, 0]
        assert np.array_equal(frame, expected)


def test_sixty_frames_a_second_are_those_between(session, tape):
    from ale_py.vector_env import AtariVectorEnv

    playing = session("breakout", count=1).play(60)
    playing.environment.close()
    opened = tape()
    (episode,) = opened.episodes()
    seed = int(opened._reel("training").begins["seed"][0])
    single = AtariVectorEnv(
        "breakout", 1, grayscale=False, img_height=210, img_width=160, stack_num=1, frameskip=1, maxpool=False, num_threads=1
    )
    single.reset(seed=np.array([seed]))
    for moment in opened.play(episode, view=View.COLOUR_60):
        assert len(moment.frames) == 4
        for frame in moment.frames:
            assert np.array_equal(frame, single.step(np.array([moment.action]))[0][0, 0])


def test_the_observation_view_has_no_frames(session, tape):
    session("pong", count=1).play(12).environment.close()
    opened = tape()
    assert all(not moment.frames for moment in opened.play(opened.episodes()[0], view=View.OBSERVATION))


@pytest.mark.parametrize("settings", [{}, STICKY], ids=["plain", "sticky"])
def test_any_part_can_be_played_alone(session, tape, settings):
    playing = session("kung_fu_master", count=1, **settings).play(90)
    playing.environment.close()
    opened = tape()
    (episode,) = opened.episodes()
    part = list(opened.play(episode, first=41, last=57, view=View.OBSERVATION))
    assert [moment.index for moment in part] == list(range(41, 57))
    assert np.array_equal([moment.observation for moment in part], np.array(playing.obs)[41:57, 0])
    whole = list(opened.play(episode))
    assert [m.score for m in part] == [m.score for m in whole[41:57]]


def test_several_episodes_can_be_played_at_once(session, tape):
    playing = session("pong").play(20)
    playing.environment.close()
    opened = tape()
    both = zip(*(opened.play(episode) for episode in opened.episodes()), strict=True)
    for row, (one, other) in enumerate(both):
        assert np.array_equal(one.observation, playing.obs[row][0])
        assert np.array_equal(other.observation, playing.obs[row][1])


def test_lives_are_those_left_after_the_step(session, tape):
    playing = session("breakout", count=1).play(260)
    playing.environment.close()
    opened = tape()
    episode = opened.episodes()[0]
    assert episode.finished
    lives = [moment.lives for moment in opened.play(episode)]
    assert (lives[0], lives[-1]) == (5, 0)
    assert sum(a > b for a, b in itertools.pairwise(lives)) == episode.lives_lost == 5


@pytest.mark.parametrize(
    "settings",
    [
        {"frameskip": 1, "max_pool": False},
        {"frameskip": 3, "stack": 1},
        {"max_pool": False, "image_height": 105, "image_width": 80},
        {"image_height": 210, "image_width": 160, "stack": 2},
        {"full_action_space": True, "noop_max": 0},
        {"fire_on_reset": False, "time_limit_frames": 46},
    ],
    ids=str,
)
def test_every_setting_is_honoured(session, tape, settings):
    playing = session("breakout", **settings).play(60)
    playing.environment.close()
    opened = tape()
    assert opened.verify().ok
    first = opened.episodes()[0]
    assert np.array_equal(
        [m.observation for m in opened.play(first, view=View.OBSERVATION)], np.array(playing.obs)[: first.length, 0]
    )


@pytest.mark.parametrize("game", ["assault", "space_war", "berzerk", "air_raid", "carnival", "pacman"])
def test_games_with_memory_or_other_screens_play_again(session, tape, game):
    playing = session(game, count=1, time_limit_frames=160, key_steps=90).play(130)
    playing.environment.close()
    opened = tape()
    assert len(opened.episodes()) >= 4
    assert opened.verify().ok
    last = opened.episodes()[-1]
    assert np.array_equal([m.observation for m in opened.play(last)], np.array(playing.obs)[-last.length - 1 : -1, 0])


# --- verification -----------------------------------------------------------------------------------------------------


def forge(file, change):
    """Rewrite the blocks of a tape as `change(block)` says, with fitting CRCs."""
    parts = []
    for record in records(file.read_bytes()):
        if record.kind == ROWS:
            parts.append(encode_block(change(decode_block(record.payload).unpack(2))))
        else:
            parts.append(encode_header(record.header()))
    file.write_bytes(b"".join(parts))


def test_a_forged_action_is_found_where_it_shows(tape, copy):

    def forged(block):
        actions = block.actions.copy()
        actions[40:44, 1] = np.where(actions[40:44, 1] == 2, 3, 2)
        return dataclasses.replace(block, actions=actions)

    forge(copy, forged)
    check = tape().verify()
    assert not check.ok
    assert 64 <= check.first_divergence_step <= 96
    assert "observations of environment 1" in check.difference


def test_a_forged_reward_is_found_at_its_step(tape, copy):

    def forged(block):
        rewards = block.rewards.copy()
        rewards[17, 0] += 1
        return dataclasses.replace(block, rewards=rewards)

    forge(copy, forged)
    check = tape().verify()
    assert (check.first_divergence_step, check.difference) == (34, "rewards of environment 0 are not those recorded")
    with pytest.raises(ValueError, match="differs from the recording at step 34"):
        list(tape().play(tape().episodes()[0]))


def test_a_forged_end_is_found(session, tape, file):
    session("pong", time_limit_frames=40).play(15).environment.close()

    def forged(block):
        ends = block.ends.copy()
        ends["truncated"] = 0
        return dataclasses.replace(block, ends=ends)

    forge(file, forged)
    assert tape().verify().difference.startswith("ends of environment")


def test_a_forged_life_is_found(session, tape, file):
    session("breakout").play(60).environment.close()
    forge(file, lambda block: dataclasses.replace(block, lost=block.lost & False))
    assert tape().verify().difference.startswith("lives of environment")


def test_a_forged_chain_is_found(tape, copy):
    forge(copy, lambda block: dataclasses.replace(block, head=bytes(16)))
    assert "hash chain" in tape().verify().difference


def test_a_range_is_verified_alone(session, tape):
    playing = session("pong")
    for _ in range(4):
        playing.play(13).environment.flush()
    playing.environment.close()
    check = tape().verify(first_step=30, last_step=40)
    assert (check.ok, check.steps) == (True, 26)


def test_nothing_to_verify_is_no_difference(tape, copy):
    assert tape().verify(first_step=1000).steps == 0


def rewrite_header(file, **changes):
    data = file.read_bytes()
    first = next(records(data))
    file.write_bytes(encode_header({**first.header(), **changes}) + data[first.end :])


def test_another_rom_is_refused_in_words(tape, copy):
    rewrite_header(copy, rom_sha256="0" * 64)
    with pytest.raises(ValueError, match="recorded with another ROM of pong"):
        next(tape().play(tape().episodes()[0]))


def test_another_emulator_is_refused_in_words(tape, copy):
    rewrite_header(copy, versions={"ale-py": "0.9.0"})
    with pytest.raises(ValueError, match=r"recorded with ale-py 0\.9\.0, here is"):
        next(tape().play(tape().episodes()[0]))


def test_a_tape_without_the_beginning_says_so(tape, copy):
    opened = tape()
    episode = opened.episodes()[0]
    opened._reel("training").begins = opened._reel("training").begins[:0]
    with pytest.raises(ValueError, match="does not hold how the game of environment 0"):
        next(opened.play(episode))


# --- the emulator's own pictures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(84, 84), (42, 42), (105, 80), (105, 160), (42, 80), (70, 80), (96, 97), (210, 160)])
def test_pictures_shrink_as_in_ale_py(size):
    config = AtariConfig(image_height=size[0], image_width=size[1], stack=1)
    ale = emulators("ms_pacman", config, 1, 1)
    obs, info = ale.reset(seed=np.array([3]))
    ours = Simulator("ms_pacman", config, 3)
    ours.begin(int(info["episode_frame_number"][0]))
    for action in range(9):
        assert zlib.crc32(ours.observation) == zlib.crc32(obs[0])
        obs = ale.step(np.array([action]))[0]
        ours.step(action)


def test_nothing_is_lost_where_nothing_shrinks():
    picture = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(Shrink((3, 4), (3, 4))(picture), picture)


def test_even_shades_stay_as_they_are():
    assert (Shrink((210, 160), (84, 84))(np.full((210, 160), 77, np.uint8)) == 77).all()


def test_a_step_broken_off_by_the_time_limit_shows_what_ale_py_shows():
    config = AtariConfig(time_limit_frames=10)
    ale = emulators("breakout", config, 1, 1)
    _, info = ale.reset(seed=np.array([3]))
    ours = Simulator("breakout", config, 3)
    ours.begin(int(info["episode_frame_number"][0]))
    for _ in range(3):
        _, _, _, truncated, info = ale.step(np.array([2]))
        outcome = ours.step(2)
    assert truncated[0]
    assert (outcome.ended, outcome.truncated) == (True, True)
    assert np.array_equal(info["final_obs"][0], ours.observation)
