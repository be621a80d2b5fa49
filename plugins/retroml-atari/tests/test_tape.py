from __future__ import annotations

import json

import numpy as np
import pytest
from retroml_atari.environment import make
from retroml_atari.settings import AtariConfig
from retroml_atari.tape import open_tape

from retroml_core.environment import EnvironmentBuild
from retroml_core.tape import open_tape as open_by_spec


def test_episodes_are_those_that_were_played(session, tape):
    playing = session().play(300)
    playing.environment.close()
    finished = [episode for episode in tape().episodes() if episode.finished]
    said = sorted(playing.ended, key=lambda episode: episode.number)
    assert len(said) >= 2
    assert [(e.number, e.environment, e.score, e.length, e.first_step) for e in finished] == [
        (e.number, e.environment, e.score, e.length, e.first_step) for e in said
    ]
    assert all(episode.lives_lost == 5 for episode in finished)
    assert [int(tape().lives_lost(episode).sum()) for episode in finished] == [5] * len(finished)


def test_open_episodes_are_told_as_unfinished_with_their_points_so_far(session, tape):
    playing = session("ms_pacman").play(80)
    playing.environment.close()
    points = np.sum([t.raw_rewards for t in playing.transitions], axis=0)
    assert [(e.finished, e.length, e.score) for e in tape().episodes()] == [(False, 80, points[0]), (False, 80, points[1])]


def test_actions_and_rewards_come_back(session, tape):
    playing = session("ms_pacman").play(120)
    playing.environment.close()
    opened = tape()
    second = opened.episodes()[1]
    assert np.array_equal(opened.actions(second), np.array(playing.actions)[:, 1])
    assert np.array_equal(opened.rewards(second), np.array([t.raw_rewards[1] for t in playing.transitions]))


def test_the_header_says_what_was_recorded(session, tape, file):
    session("pong", frameskip=2).play(1).environment.close()
    header = tape().header
    assert (header["game"], header["settings"]["frameskip"], header["count"], header["stream"]) == ("pong", 2, 2, "training")
    assert len(header["rom_sha256"]) == 64
    assert header["actions"][0] == "NOOP"
    assert json.loads(json.dumps(header)) == header


def test_policy_versions_are_noted(session, tape):
    playing = session("pong", time_limit_frames=40).play(10)
    playing.environment.note_policy(7)
    playing.play(15).environment.close()
    assert [episode.policy_version for episode in tape().episodes()] == [0, 0, 7, 7, 7, 7]


@pytest.mark.parametrize(("step", "number"), [(0, 1), (19, 1), (20, 3), (45, 5)])
def test_an_episode_is_found_by_step(session, tape, step, number):
    session("pong", time_limit_frames=40).play(25).environment.close()
    assert tape().find(step=step).number == number


def test_an_episode_is_found_by_time(session, tape):
    session("pong", time_limit_frames=40).play(25).environment.close()
    assert tape().find(seconds=0.0).environment == 0


def test_a_step_that_was_not_played_is_not_found(copy, tape):
    with pytest.raises(LookupError, match="does not reach step 120"):
        tape().find(step=120)


def test_find_wants_one_of_its_arguments(copy, tape):
    with pytest.raises(ValueError, match="either a step or seconds"):
        tape().find()


def test_a_tape_is_read_while_it_is_written(session, tape):
    playing = session().play(10)
    playing.environment.flush()
    opened = tape()
    assert opened.steps() == 20
    playing.play(10).environment.flush()
    assert opened.steps() == 20
    opened.refresh()
    assert opened.steps() == 40
    assert opened.verify().ok


def test_a_torn_tail_is_left_out_and_picked_up_when_it_is_whole(session, tape, file):
    playing = session().play(16)
    playing.environment.flush()
    whole = file.read_bytes()
    playing.play(8).environment.close()
    complete = file.read_bytes()
    file.write_bytes(complete[: len(whole) + 40])
    opened = tape()
    assert (opened.steps(), opened.damage) == (32, "")
    assert opened.verify().ok
    file.write_bytes(complete)
    opened.refresh()
    assert opened.steps() == 48


def test_a_flipped_bit_is_named_and_what_was_before_stays(session, tape, file):
    playing = session().play(16)
    playing.environment.flush()
    whole = len(file.read_bytes())
    playing.play(16).environment.close()
    data = bytearray(file.read_bytes())
    data[whole + 100] ^= 4
    file.write_bytes(data)
    opened = tape()
    assert opened.steps() == 32
    assert f"damaged at byte {whole}" in opened.damage
    check = opened.verify()
    assert (check.ok, check.first_divergence_step) == (False, 32)


def test_an_attempt_supersedes_what_lies_beyond_its_first_step(session, tape):
    first = session().play(40)
    state = first.environment.state()
    generator = first.generator.bit_generator.state
    first.play(60).environment.close()

    second = session(attempt=2)
    second.obs.append(second.environment.restore(state))
    second.generator.bit_generator.state = generator
    second.play(30).environment.close()

    opened = tape()
    assert opened.steps() == 140
    assert [(e.number, e.attempt, e.length) for e in opened.episodes()] == [(1, 1, 70), (2, 1, 70)]
    assert opened.verify().ok
    played = [moment.observation for moment in opened.play(opened.episodes()[0], first=35, last=45)]
    assert np.array_equal(played, np.array(first.obs)[35:45, 0])


def test_the_chain_of_a_resumed_run_is_that_of_one_left_alone(session):
    first = session("pong").play(21)
    state, generator = first.environment.state(), first.generator.bit_generator.state
    alone = first.play(30).environment.flush()
    second = session("pong", attempt=2)
    second.obs.append(second.environment.restore(state))
    second.generator.bit_generator.state = generator
    assert second.play(30).environment.flush() == alone


def test_the_chain_does_not_depend_on_when_blocks_are_written(session, tmp_path):
    often = session("pong")
    for _ in range(10):
        often.play(3).environment.flush()
    assert often.environment.flush() == session("pong", attempt=2).play(30).environment.flush()


def test_a_crash_in_mid_block_loses_only_that(session, tape, file):
    first = session().play(40)
    state = first.environment.state()
    first.play(20).environment.close()
    file.write_bytes(file.read_bytes()[:-7])
    second = session(attempt=2, seed=1)
    second.obs.append(second.environment.restore(state))
    second.play(10).environment.close()
    assert tape().steps() == 100
    assert tape().verify().ok


def test_an_attempt_that_begins_anew_cuts_the_open_games(session, tape):
    session().play(30).environment.close()
    session(attempt=2, first_step=40).play(30).environment.close()
    opened = tape()
    assert [(e.number, e.length, e.first_step, e.finished) for e in opened.episodes()] == [
        (1, 20, 0, False),
        (2, 20, 0, False),
        (3, 30, 40, False),
        (4, 30, 40, False),
    ]
    assert opened.verify().ok


def test_evaluations_follow_each_other_in_a_stream_of_their_own(session, tape):
    session("pong", time_limit_frames=40).play(20).environment.close()
    for step in (20, 40):
        session("pong", count=1, stream="evaluation", first_step=step, seed=step, time_limit_frames=40).play(
            12
        ).environment.close()
    opened = tape()
    episodes = opened.episodes("evaluation")
    assert [(e.number, e.first_step, e.length, e.finished) for e in episodes] == [
        (1, 20, 10, True),
        (2, 20, 2, False),
        (3, 40, 10, True),
        (4, 40, 2, False),
    ]
    assert {moment.step for moment in opened.play(episodes[2])} == {40}
    assert opened.verify(stream="evaluation").ok
    assert opened.steps("training") == 40


def test_evaluation_beyond_the_step_of_a_resume_no_longer_counts(session, tape):
    first = session().play(10)
    state = first.environment.state()
    session(stream="evaluation", first_step=20, count=1).play(3).environment.close()
    first.play(10)
    session(stream="evaluation", first_step=40, count=1).play(3).environment.close()
    session(attempt=2).environment.restore(state)
    assert [episode.first_step for episode in tape().episodes("evaluation")] == [20]


def test_a_segment_is_appended_after_the_last_whole_record(session, tape, tmp_path):
    session(stream="evaluation", count=1).play(3).environment.close()
    path = tmp_path / "tape" / "0001-evaluation.tape"
    path.write_bytes(path.read_bytes() + b"ROWS\xff\x00")
    session(stream="evaluation", count=1).play(4).environment.close()
    assert [episode.length for episode in tape().episodes("evaluation")] == [3, 4]


def test_a_folder_without_tape_is_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no tape"):
        open_tape(tmp_path)
    (tmp_path / "tape").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no tape"):
        open_tape(tmp_path)


def test_the_core_opens_the_tape_by_its_spec(copy, tmp_path):
    assert open_by_spec(tmp_path, "retroml_atari.tape:open_tape").steps() == 120


def test_an_episode_of_another_tape_is_refused(copy, tape):
    opened = tape()
    stranger = type(opened.episodes()[0])(**{**vars(opened.episodes()[0]), "number": 99})
    with pytest.raises(LookupError, match="no training episode 99"):
        opened.actions(stranger)


def test_a_run_folder_that_is_gone_is_not_made_anew(tmp_path):
    folder = tmp_path / "gone" / "tape"
    with pytest.raises(FileNotFoundError):
        make(EnvironmentBuild(game="pong", config=AtariConfig(), count=1, seed=1, threads=1, tape_folder=folder)).reset()
    assert list(tmp_path.iterdir()) == []


def test_without_a_tape_folder_nothing_is_recorded(session, tmp_path):
    playing = session(tape=False).play(3)
    assert playing.environment.flush() == ""
    assert not (tmp_path / "tape").exists()


def test_closing_twice_is_harmless(session):
    environment = session().play(1).environment
    environment.close()
    environment.close()


def test_the_size_is_that_of_the_files(copy, tape):
    assert tape().size_bytes() == copy.stat().st_size
