from __future__ import annotations

import numpy as np
import pytest
import retroml_atari
from retroml_atari.environment import AtariEnvironment, make
from retroml_atari.settings import AtariConfig

from retroml_core.environment import EnvironmentBuild
from retroml_core.plugins.registry import resolve
from retroml_core.testing import EnvironmentContract


class TestContract(EnvironmentContract):
    spec = next(iter(retroml_atari.retroml_environments()))
    game = "breakout"
    count = 2  # making an emulator takes longer than all that it plays here


def test_the_spec_names_things_that_exist():
    spec = next(iter(retroml_atari.retroml_environments()))
    assert resolve(spec.factory) is make
    assert callable(resolve(spec.tape))


def test_what_is_shown_has_the_canonical_shape(session):
    playing = session(tape=False).play(1)
    assert playing.obs[0].shape == (2, 4, 84, 84)
    assert playing.environment.info.actions == ("NOOP", "FIRE", "RIGHT", "LEFT")
    assert playing.environment.info.lives == 5


@pytest.mark.parametrize("stack", [1, 3, 8])
def test_stack_and_size_are_settings(session, stack):
    assert session(tape=False, stack=stack, image_height=42, image_width=50).play(1).obs[0].shape == (2, stack, 42, 50)


def test_scores_are_of_whole_games_and_raw(session):
    """ale-py's own `episodic_life` would restart the game at each life, its clipping hide the score."""
    playing = session("breakout", tape=False).play(260)
    scores = np.zeros(2)
    expected = []
    for transition in playing.transitions:
        scores += transition.raw_rewards
        for episode in transition.episodes:
            expected.append(scores[episode.environment])
            scores[episode.environment] = 0
    assert playing.ended
    assert [episode.score for episode in playing.ended] == expected
    assert max(expected) > 1


def test_learning_sees_the_sign_of_rewards_scores_do_not(session):
    playing = session("ms_pacman", tape=False, count=1, reward_scale=2.0).play(130)
    raw = np.concatenate([t.raw_rewards for t in playing.transitions])
    shown = np.concatenate([t.rewards for t in playing.transitions])
    assert raw.max() == 10
    assert np.array_equal(shown, np.sign(raw) * 2)


def test_rewards_are_shown_raw_without_clipping(session):
    playing = session("ms_pacman", tape=False, count=1, reward_clip=False).play(130)
    assert max(t.rewards.max() for t in playing.transitions) == 10
    assert all(np.array_equal(t.rewards, t.raw_rewards) for t in playing.transitions)


def test_a_lost_life_ends_learning_but_not_the_game(session):
    playing = session(tape=False).play(250)
    lost = sum(int(t.terminated.sum()) for t in playing.transitions)
    assert lost > len(playing.ended) >= 1
    assert all(set(t.final_obs) == {e.environment for e in t.episodes} for t in playing.transitions)


def test_a_lost_life_is_nothing_without_episodic_life(session):
    playing = session(tape=False, episodic_life=False).play(250)
    assert sum(int(t.terminated.sum()) for t in playing.transitions) == len(playing.ended) >= 1


def test_fire_is_pressed_after_a_lost_life(session):
    playing = session(tape=False).play(120)
    after_loss = [
        playing.actions[t + 1][i]
        for t, transition in enumerate(playing.transitions[:-1])
        for i in np.flatnonzero(transition.terminated)
        if i not in transition.final_obs
    ]
    assert after_loss
    assert set(after_loss) == {1}


def test_fire_is_left_to_the_agent_when_asked(session):
    playing = session(tape=False, fire_after_life_loss=False)
    playing.environment.reset()
    for _ in range(150):
        assert np.array_equal(playing.environment.send(np.array([0, 3])), [0, 3])
        playing.environment.recv()


def test_the_time_limit_truncates_and_hands_over_the_last_observation(session):
    playing = session("pong", tape=False, time_limit_frames=40).play(10)
    last = playing.transitions[-1]
    assert last.truncated.all()
    assert not last.terminated.any()
    assert [(e.length, e.truncated) for e in last.episodes] == [(10, True), (10, True)]
    assert not np.array_equal(last.final_obs[0], last.obs[0])


def test_the_observation_after_an_end_is_the_first_of_the_next_game(session):
    playing = session("pong", tape=False, time_limit_frames=40).play(10)
    assert (playing.transitions[-1].obs[:, :3] == 0).all()
    assert (playing.transitions[-1].obs[:, 3] != 0).any()


def test_final_observations_continue_the_stack(session):
    playing = session("pong", tape=False, time_limit_frames=40).play(10)
    assert np.array_equal(playing.transitions[-1].final_obs[1][:3], playing.obs[-2][1][1:])


def test_sticky_actions_change_the_play(session):
    plain, sticky = session("pong", tape=False).play(60), session("pong", tape=False, repeat_probability=0.5).play(60)
    assert not np.array_equal(plain.obs[-1], sticky.obs[-1])


def test_all_actions_of_the_console_on_request(session):
    assert session(tape=False, full_action_space=True).environment.info.action_count == 18


@pytest.mark.parametrize("sticky", [0.0, 0.25])
def test_the_same_seed_plays_the_same_whatever_the_threads(session, sticky):
    one = session(tape=False, threads=1, repeat_probability=sticky, key_steps=50).play(100)
    two = session(tape=False, threads=2, repeat_probability=sticky, key_steps=50).play(100)
    assert np.array_equal(np.array(one.obs), np.array(two.obs))


def test_environments_and_seeds_differ(session):
    first, second = session("ms_pacman", tape=False, seed=1).play(30), session("ms_pacman", tape=False, seed=2)
    second.obs.append(second.environment.reset())
    assert not np.array_equal(first.obs[0], second.obs[0]) or not np.array_equal(first.obs[0][0], first.obs[0][1])


def test_arrays_belong_to_the_receiver(session):
    playing = session(tape=False).play(1)
    kept = playing.transitions[0].obs.copy()
    playing.play(5)
    assert np.array_equal(playing.transitions[0].obs, kept)


def test_actions_of_another_shape_are_refused(session):
    playing = session(tape=False).play(1)
    with pytest.raises(ValueError, match="2 actions are needed"):
        playing.environment.send(np.zeros(3, np.int64))


def test_an_unknown_game_is_named():
    with pytest.raises(ValueError, match="no ROM for the game 'asteroid_belt'"):
        AtariEnvironment(EnvironmentBuild(game="asteroid_belt", config=AtariConfig(), count=1, seed=0))


def test_playing_before_reset_is_refused(session):
    with pytest.raises(RuntimeError, match="play has not begun"):
        session(tape=False).environment.state()


def test_reset_twice_is_refused(session):
    with pytest.raises(RuntimeError, match="begun"):
        session(tape=False).play(1).environment.reset()
