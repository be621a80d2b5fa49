"""PPO that learns beside playing: one update late, the same whoever is quicker, at rest between calls."""

import threading

import numpy as np
import pytest
import torch
from retroml_tianshou.ppo import PPO
from retroml_tianshou.ppo_overlap import OverlappedPPO
from retroml_tianshou.snapshots import parameters

from retroml_core.algorithm import StopTraining, TrainingFault
from retroml_core.testing import FakeControl
from retroml_core.tree import digest


@pytest.fixture
def overlapped(make):
    made = make(overlap=True)
    yield made
    made.close()


def test_the_setting_chooses_it(make, overlapped):
    assert isinstance(overlapped, OverlappedPPO)
    assert type(make()) is PPO


def test_the_first_rollout_is_learned_from_beside_the_second(overlapped):
    first = overlapped.fingerprint()
    report = overlapped.advance(FakeControl())
    assert overlapped.fingerprint() == first
    assert "loss/total" not in report.metrics
    report = overlapped.advance(FakeControl())
    assert overlapped.fingerprint() != first
    assert np.isfinite(report.metrics["loss/total"])


def test_it_learns_from_the_same_first_rollout_to_the_same_policy_as_without(make, overlapped):
    exact = make(overlap=False)
    exact.advance(FakeControl())
    for _ in range(2):
        overlapped.advance(FakeControl())
    ours, theirs = (parameters(ppo.network) for ppo in (overlapped, exact))
    assert all(np.allclose(ours[name], theirs[name], atol=1e-6) for name in theirs)


def test_the_clip_range_lies_around_the_policy_that_begins_to_learn(overlapped, monkeypatch):
    for _ in range(2):
        overlapped.advance(FakeControl())
    played, learn = overlapped._waiting.log_probs, overlapped.algorithm.learn

    def look(samples, **options):
        with torch.no_grad():
            logits_BA, values_B = overlapped.network(samples.seen())
        log_probs_B = logits_BA.log_softmax(1)[torch.arange(len(samples)), samples.actions]
        assert torch.allclose(samples.log_probs, log_probs_B, atol=1e-6)
        assert torch.allclose(samples.values, values_B, atol=1e-6)
        assert not torch.allclose(samples.log_probs, played, atol=1e-6)
        return learn(samples, **options)

    monkeypatch.setattr(overlapped.algorithm, "learn", look)
    assert overlapped.advance(FakeControl()).updates == 1


def test_a_rollout_is_played_by_one_policy_that_of_its_beginning(overlapped):
    overlapped.advance(FakeControl())
    before = digest(parameters(overlapped.player))
    played_by: list[str] = []
    choose = overlapped.choose
    overlapped.choose = lambda obs: (played_by.append(digest(parameters(overlapped.player))), choose(obs))[1]
    overlapped.advance(FakeControl())
    assert set(played_by) == {before}
    assert digest(parameters(overlapped.player)) == overlapped.fingerprint()


def test_who_is_quicker_changes_nothing(make):
    def end(hold_learner: bool) -> str:
        ppo = make(overlap=True)
        played = threading.Event()
        learn_from, played_out = ppo.learn_from, ppo.played

        def late(samples, tick):
            assert played.wait(60)
            return learn_from(samples, tick)

        def note():
            played.set()
            return played_out()

        if hold_learner:
            ppo.learn_from, ppo.played = late, note
        for _ in range(3):
            ppo.advance(FakeControl())
            played.clear()
        ppo.close()
        return ppo.fingerprint()

    assert end(hold_learner=True) == end(hold_learner=False)


def test_a_pause_waits_for_the_learner_and_keeps_what_it_measured(overlapped):
    overlapped.advance(FakeControl())
    report = overlapped.advance(FakeControl(return_after=3))
    assert report.updates == 0
    learned = overlapped.state()["learner"]["learning"]["learned"]
    assert learned["loss/total"] == pytest.approx(overlapped.advance(FakeControl()).metrics["loss/total"])


def test_an_emergency_stop_ends_the_learner_too(overlapped, monkeypatch):
    overlapped.advance(FakeControl())
    reached = threading.Event()

    def endless(samples, tick):
        while True:
            tick()
            reached.set()

    monkeypatch.setattr(overlapped, "learn_from", endless)

    class Emergency(FakeControl):
        def tick(self) -> None:
            assert reached.wait(60)
            raise StopTraining

    with pytest.raises(StopTraining):
        overlapped.advance(Emergency())


def test_what_the_learner_raises_ends_the_training(overlapped, monkeypatch):
    overlapped.advance(FakeControl())

    def spoiled(samples, tick):
        raise TrainingFault("loss/value is nan", metric="loss/value")

    monkeypatch.setattr(overlapped, "learn_from", spoiled)
    with pytest.raises(TrainingFault, match="loss/value is nan"):
        overlapped.advance(FakeControl())


def test_stacks_that_wait_to_be_learned_from_are_saved_once_a_frame_and_come_back(make, overlapped):
    overlapped.rollout.stacked = overlapped._spare.stacked = True
    overlapped.advance(FakeControl())
    resumed = make(overlap=True)
    resumed.restore(overlapped.state())
    waiting = resumed._waiting.obs
    resumed.close()
    assert set(overlapped.state()["learner"]["learning"]["waiting"]["obs"]) == {"first", "newest", "begun", "begun_with"}
    assert np.array_equal(waiting, overlapped._waiting.obs)
