"""The rollout buffer: what goes in comes out, in order of time, and survives a pause."""

import numpy as np
import pytest
import torch
from retroml_tianshou.rollout import Rollout

CPU = torch.device("cpu")
NOTHING = (np.zeros(1, np.int64), np.zeros(1, np.float32), np.zeros(1, np.float32))


def filled(steps: int = 3, environments: int = 2, upto: int | None = None) -> Rollout:
    rollout = Rollout(steps, environments, (2, 4, 4), CPU)
    for t in range(steps if upto is None else upto):
        rollout.see(np.full((environments, 2, 4, 4), t, np.uint8))
        numbers = np.arange(environments)
        rollout.decide(numbers + t, -0.1 * numbers - t, numbers * 1.0 + 10 * t)
        rollout.outcome(np.full(environments, t + 1.0, np.float32), np.zeros(environments, bool))
    return rollout


def test_it_is_full_after_its_steps():
    assert not filled(upto=2).full
    assert filled().full


def test_samples_are_in_order_of_time_and_environment():
    samples = filled().samples(torch.zeros(2), gamma=0.99, gae_lambda=0.95)
    assert samples.actions.tolist() == [0, 1, 1, 2, 2, 3]
    assert samples.values.tolist() == [0, 1, 10, 11, 20, 21]
    assert samples.obs[:, 0, 0, 0].tolist() == [0, 0, 1, 1, 2, 2]


def test_observations_are_seen_channels_last_without_a_copy():
    samples = filled().samples(torch.zeros(2), gamma=0.99, gae_lambda=0.95)
    assert samples.seen().shape == (6, 2, 4, 4)
    assert samples.seen().is_contiguous(memory_format=torch.channels_last)
    assert samples.seen().data_ptr() == samples.obs.data_ptr()


def test_returns_are_advantages_plus_values():
    samples = filled().samples(torch.ones(2), gamma=0.9, gae_lambda=0.8)
    torch.testing.assert_close(samples.returns, samples.advantages + samples.values)


def test_taking_an_index_takes_everything_along():
    part = filled().samples(torch.zeros(2), gamma=0.99, gae_lambda=0.95).take(torch.tensor([5, 0]))
    assert len(part) == 2
    assert part.actions.tolist() == [3, 0]
    assert part.obs[:, 0, 0, 0].tolist() == [2, 0]


def test_a_cut_episode_is_worth_what_its_last_picture_promised():
    cut, over = filled(1, 1, upto=0), filled(1, 1, upto=0)
    for rollout, bootstrap in ((cut, np.array([5.0], np.float32)), (over, None)):
        rollout.decide(*NOTHING)
        rollout.outcome(np.ones(1, np.float32), np.ones(1, bool), bootstrap)
    worth = [rollout.samples(torch.full((1,), 99.0), gamma=0.5, gae_lambda=0.95).advantages.item() for rollout in (cut, over)]
    assert worth == [1.0 + 0.5 * 5.0, 1.0]


def test_a_bootstrap_is_forgotten_with_its_step():
    rollout = filled(1, 1, upto=0)
    rollout.decide(*NOTHING)
    rollout.outcome(np.zeros(1, np.float32), np.ones(1, bool), np.ones(1, np.float32))
    rollout.restart()
    rollout.decide(*NOTHING)
    rollout.outcome(np.zeros(1, np.float32), np.ones(1, bool))
    assert rollout.bootstraps_TB[0, 0] == 0.0


@pytest.mark.parametrize("upto", [0, 2, 3])
def test_state_holds_the_filled_part(upto):
    state = filled(upto=upto).state()
    assert state["position"] == upto
    assert len(state["obs_TBHWC"]) == len(state["rewards_TB"]) == upto


@pytest.mark.parametrize("upto", [0, 2])
def test_a_restored_rollout_goes_on_the_same(upto):
    whole, resumed = filled(upto=upto), Rollout(3, 2, (2, 4, 4), CPU)
    resumed.restore(whole.state())
    for rollout in (whole, resumed):
        while not rollout.full:
            rollout.see(np.full((2, 2, 4, 4), 9, np.uint8))
            rollout.decide(np.array([1, 0]), np.zeros(2, np.float32), np.ones(2, np.float32))
            rollout.outcome(np.ones(2, np.float32), np.array([False, True]))
    one, two = (rollout.samples(torch.ones(2), gamma=0.99, gae_lambda=0.95) for rollout in (whole, resumed))
    for name in ("obs", "actions", "log_probs", "values", "advantages", "returns"):
        assert torch.equal(getattr(one, name), getattr(two, name)), name


def test_a_rollout_that_became_too_long_is_begun_anew():
    shorter = Rollout(2, 2, (2, 4, 4), CPU)
    shorter.restore(filled(upto=3).state())
    assert shorter.position == 0


def test_a_rollout_begun_goes_on_when_rollouts_become_shorter_or_longer():
    begun = filled(upto=2)
    for steps in (2, 5):
        other = Rollout(steps, 2, (2, 4, 4), CPU)
        other.restore(begun.state())
        assert other.position == 2
        assert np.array_equal(other.values_TB[:2], begun.values_TB[:2])


def test_what_is_seen_is_kept_channels_last():
    obs = np.arange(3 * 2 * 4 * 4, dtype=np.uint8).reshape(3, 2, 4, 4)
    rollout = filled(1, 3, upto=0)
    kept = rollout.see(obs)
    assert np.array_equal(kept.numpy(), obs.transpose(0, 2, 3, 1))
    assert torch.equal(rollout.obs_TBHWC[0], kept)


def play(rollout: Rollout, *, steps: int, parts: tuple[int, ...], ahead: bool = False, seed: int = 0) -> None:
    """Games of stacks of four that end now and then; with `ahead`, the first part is seen before the step's outcome."""
    random, count = np.random.default_rng(seed), sum(parts)
    obs, seen = random.integers(0, 256, (count, 4, 6, 5), dtype=np.uint8), 0
    for _ in range(steps):
        for begin, part in zip(np.cumsum([0, *parts]), parts, strict=False):
            if begin >= seen:
                rollout.see(obs[begin : begin + part])
        rollout.decide(np.zeros(count, np.int64), np.zeros(count, np.float32), np.zeros(count, np.float32))
        ended = random.random(count) < 0.2
        obs = np.concatenate([obs[:, 1:], random.integers(0, 256, (count, 1, 6, 5), dtype=np.uint8)], axis=1)
        obs[ended] = random.integers(0, 256, (int(ended.sum()), 4, 6, 5), dtype=np.uint8)
        seen = parts[0] if ahead and not ended[: parts[0]].any() and rollout.position + 1 < rollout.steps else 0
        if seen:
            rollout.see(obs[:seen])
        rollout.outcome(np.zeros(count, np.float32), ended)


@pytest.mark.parametrize(("parts", "ahead"), [((3,), False), ((2, 1), False), ((2, 1), True)])
def test_stacks_that_move_on_are_kept_as_if_each_were_new(parts, ahead):
    moved, new = (Rollout(30, 3, (4, 6, 5), CPU, stacked=stacked) for stacked in (True, False))
    for seed in (0, 1):
        play(moved, steps=30, parts=parts, ahead=ahead, seed=seed)
        play(new, steps=30, parts=(3,), seed=seed)
        assert torch.equal(moved.obs_TBHWC, new.obs_TBHWC)
        for rollout in (moved, new):
            rollout.restart()


@pytest.mark.parametrize("of_old", [True, False])
def test_stacks_move_on_from_a_restored_rollout(of_old):
    """Also from a state of old, which held every stack whole."""
    random = np.random.default_rng(0)
    before = Rollout(3, 2, (4, 6, 5), CPU, stacked=True)
    play(before, steps=1, parts=(2,))
    resumed = Rollout(3, 2, (4, 6, 5), CPU, stacked=True)
    resumed.restore(before.state() | ({"obs_TBHWC": before.obs_TBHWC[:1].numpy()} if of_old else {}))
    older = before.obs_TBHWC[0].numpy().transpose(0, 3, 1, 2)[:, 1:]
    obs = np.concatenate([older, random.integers(0, 256, (2, 1, 6, 5), dtype=np.uint8)], axis=1)
    assert np.array_equal(resumed.see(obs).numpy(), obs.transpose(0, 2, 3, 1))


def test_a_restored_rollout_of_stacks_is_as_it_was():
    before, resumed = (Rollout(30, 3, (4, 6, 5), CPU, stacked=True) for _ in range(2))
    play(before, steps=20, parts=(3,))
    resumed.restore(before.state())
    assert torch.equal(resumed.obs_TBHWC[:20], before.obs_TBHWC[:20])
