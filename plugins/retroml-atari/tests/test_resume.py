from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from retroml_atari.actionlog import ActionLog
from retroml_atari.keys import Keys

from retroml_core.tree import digest, load_tree, save_tree

CASES = [
    pytest.param("breakout", {"key_steps": 10_000, "time_limit_frames": 160}, id="several games since the key"),
    pytest.param("breakout", {"key_steps": 40, "time_limit_frames": 120}, id="keys now and then"),
    pytest.param("breakout", {"key_steps": 60, "repeat_probability": 0.25, "time_limit_frames": 160}, id="sticky"),
    pytest.param("pong", {"time_limit_frames": 110, "noop_max": 8}, id="time limit"),
    pytest.param("assault", {"key_steps": 100, "time_limit_frames": 160}, id="memory survives a reset"),
    pytest.param("kung_fu_master", {"stack": 2, "image_height": 42, "image_width": 42}, id="small pictures"),
]


@pytest.mark.parametrize(("game", "settings"), CASES)
def test_resumed_play_is_that_of_a_run_left_alone(session, tmp_path: Path, game, settings):
    alone = session(game, tape=False, **settings).play(110)
    state = alone.environment.state()
    save_tree(state, tmp_path / "state")
    generator = alone.generator.bit_generator.state
    alone.play(80)

    resumed = session(game, tape=False, **settings)
    obs = resumed.environment.restore(load_tree(tmp_path / "state"))
    assert np.array_equal(obs, alone.obs[110])
    resumed.generator.bit_generator.state = generator
    resumed.obs.append(obs)
    resumed.play(80)
    for later, expected in zip(resumed.transitions, alone.transitions[110:], strict=True):
        assert np.array_equal(later.obs, expected.obs)
        assert np.array_equal(later.raw_rewards, expected.raw_rewards)
        assert np.array_equal(later.terminated, expected.terminated)
        assert np.array_equal(later.truncated, expected.truncated)
        assert later.episodes == expected.episodes


def test_taking_a_state_changes_nothing(session):
    watched, alone = session(tape=False), session(tape=False)
    watched.play(30).environment.state()
    assert np.array_equal(watched.play(30).obs[-1], alone.play(60).obs[-1])


def test_a_restored_environment_has_the_state_it_was_given(session):
    first = session(tape=False).play(100).environment.state()
    second = session(tape=False).environment
    second.restore(first)
    assert digest(second.state()) == digest(first)


def test_a_state_right_after_an_end_can_be_resumed(session):
    playing = session("pong", tape=False, time_limit_frames=40).play(10)
    resumed = session("pong", tape=False, time_limit_frames=40).environment
    assert np.array_equal(resumed.restore(playing.environment.state()), playing.obs[-1])


def test_another_seed_cannot_take_up_the_state(session):
    state = session("ms_pacman", tape=False, seed=1).play(20).environment.state()
    with pytest.raises(ValueError, match="environment 0"):
        session("ms_pacman", tape=False, seed=2).environment.restore(state)


def test_other_settings_cannot_take_up_the_state(session):
    state = session(tape=False).play(40).environment.state()
    with pytest.raises(ValueError, match="environment 0"):
        session(tape=False, frameskip=3).environment.restore(state)


def test_another_number_of_environments_is_refused(session):
    state = session(tape=False).play(2).environment.state()
    with pytest.raises(ValueError, match="2 environments, here are 3"):
        session(tape=False, count=3).environment.restore(state)


def test_another_rom_is_refused(session):
    state = {**session(tape=False).play(2).environment.state(), "rom": "0" * 64}
    with pytest.raises(ValueError, match="another ROM"):
        session(tape=False).environment.restore(state)


def test_a_state_of_another_version_is_refused(session):
    state = {**session(tape=False).play(2).environment.state(), "version": 99}
    with pytest.raises(ValueError, match="version 99"):
        session(tape=False).environment.restore(state)


def test_restoring_into_open_play_is_refused(session):
    playing = session(tape=False).play(2)
    with pytest.raises(RuntimeError, match="begun"):
        playing.environment.restore(playing.environment.state())


def test_keys_of_environments_and_numbers_differ():
    keys = Keys(7, 2, 100)
    seeds = [keys.current(0), keys.current(1), keys.advance(0, 100), keys.advance(1, 100)]
    assert len(set(seeds)) == 4
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_key_is_due_after_its_spacing():
    keys = Keys(7, 1, 100)
    assert (keys.due(0, 99), keys.due(0, 100)) == (False, True)
    keys.advance(0, 130)
    assert (keys.due(0, 229), keys.due(0, 230)) == (False, True)


def test_the_action_log_gives_back_what_was_played():
    log = ActionLog(2)
    for row in range(3000):
        log.append(np.array([row % 5, row % 7]))
    assert np.array_equal(log.since(1, 2500), np.arange(2500, 3000) % 7)


def test_the_action_log_forgets_but_keeps_its_numbers():
    log = ActionLog(1)
    for row in range(5000):
        log.append(np.array([row % 11]))
        log.forget(max(0, row - 100))
    assert log.next_row == 5000
    assert np.array_equal(log.since(0, 4950), np.arange(4950, 5000) % 11)
    with pytest.raises(ValueError, match="forgotten"):
        log.since(0, 0)


def test_an_action_log_can_begin_with_histories_of_different_length():
    log = ActionLog.of([np.array([1, 2, 3], np.uint8), np.array([9], np.uint8)], next_row=50)
    log.append(np.array([4, 8]))
    assert log.next_row == 51
    assert log.since(0, 47).tolist() == [1, 2, 3, 4]
    assert log.since(1, 49).tolist() == [9, 8]
