"""Emulators in one bank or two play the same, together or apart."""

import numpy as np
import pytest
from retroml_atari import environment as atari
from retroml_atari.banks import Banks
from retroml_atari.environment import AtariEnvironment
from retroml_atari.settings import AtariConfig

from retroml_core.environment import EnvironmentBuild

SMALL = {"image_height": 42, "image_width": 42, "stack": 2}


def make_environment(count: int = 5, **build) -> AtariEnvironment:
    config = AtariConfig(**SMALL, time_limit_frames=240)
    return AtariEnvironment(EnvironmentBuild(game="breakout", config=config, count=count, seed=3, **build))


def same(one, other) -> None:
    for name in ("obs", "lives", "frames", "rewards", "terminated", "truncated"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert set(one.final) == set(other.final)
    assert all(np.array_equal(one.final[i], other.final[i]) for i in one.final)


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (4, [2, 2]), (5, [3, 2])])
def test_two_banks_are_halves(count, sizes):
    banks = Banks("breakout", AtariConfig(**SMALL), count, two=True)
    assert [part.stop - part.start for part in banks.slices] == sizes


def test_two_banks_play_what_one_plays():
    config = AtariConfig(**SMALL, time_limit_frames=160)
    one, two = (Banks("breakout", config, 3, two=two) for two in (False, True))
    seeds = np.arange(3) + 11
    begun = [banks.reset(seeds) for banks in (one, two)]
    assert np.array_equal(begun[0].obs, begun[1].obs)
    random = np.random.default_rng(0)
    ends = 0
    for step in range(90):
        actions = random.integers(0, 4, 3)
        stepped = one.step(actions)
        same(stepped, two.step(actions))
        ends += len(stepped.final)
        if step == 45:
            mask = np.array([False, True, True])
            again = [banks.reset(np.array([5, 6]), mask) for banks in (one, two)]
            assert np.array_equal(again[0].obs, again[1].obs)
            assert np.array_equal(again[0].frames, again[1].frames)
    assert ends > 3


def test_a_reset_of_one_bank_leaves_the_other_as_it_is():
    banks = Banks("breakout", AtariConfig(**SMALL), 4, two=True)
    banks.reset(np.arange(4))
    stepped = banks.step(np.ones(4, np.int64))
    now = banks.reset(np.array([9]), np.array([True, False, False, False]))
    assert np.array_equal(now.obs[2:], stepped.obs[2:])
    assert np.array_equal(now.lives[2:], stepped.lives[2:])


def test_the_first_part_shows_what_the_step_will():
    environment = make_environment()
    environment.reset()
    assert environment.parts == (3, 2)
    settled = 0
    for _ in range(130):
        environment.send_part(0, np.ones(3, np.int64))
        environment.send_part(1, np.ones(2, np.int64))
        first = environment.first_part()
        transition = environment.recv()
        if first is not None:
            settled += 1
            assert np.array_equal(first, transition.obs[:3])
        else:
            assert min(transition.final_obs) < 3
    assert 0 < settled < 130


def test_parts_play_and_record_what_the_whole_does(tmp_path, monkeypatch):
    heads = []
    for parted in (True, False):
        monkeypatch.setattr(atari, "SMALLEST_DIVIDED", 4 if parted else 99)
        environment = make_environment(tape_folder=tmp_path / str(parted))
        environment.reset()
        random = np.random.default_rng(1)
        for _ in range(150):
            actions = random.integers(0, 4, 5)
            if parted:
                environment.send_part(0, actions[:3])
                environment.send_part(1, actions[3:])
                environment.first_part()
            else:
                environment.send(actions)
            environment.recv()
        heads.append(environment.flush())
        environment.close()
    assert heads[0] == heads[1]


@pytest.mark.parametrize(("count", "stream"), [(3, "training"), (4, "evaluation")])
def test_few_games_and_evaluations_step_as_one(count, stream):
    assert make_environment(count, stream=stream).parts == (count,)
