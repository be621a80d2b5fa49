"""Exactness with two threads: where the gradient is worked out in parts, and where a target passes beside its network."""

from typing import ClassVar

import torch
from retroml_tianshou import retroml_algorithms

from retroml_core.schema import NetworkConfig
from retroml_core.testing.algorithm_base import AlgorithmBase
from retroml_core.testing.algorithm_saving import Saving
from retroml_core.testing.algorithm_training import Training

SPECS = {spec.name: spec for spec in retroml_algorithms()}


class Exact(AlgorithmBase):
    """What of the contract could depend on who is faster."""

    threads = 2
    chunks = 1
    network: ClassVar = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])
    test_the_same_seed = Training.test_the_same_seed_gives_the_same_result

    def test_restoring(self, make, tmp_path):
        Saving.test_a_restored_run_goes_on_bit_for_bit(self, make, tmp_path, ticks=3)


class TestPPO(Exact):
    spec = SPECS["ppo"]
    settings: ClassVar = {"environments": 8, "rollout_steps": 16, "minibatches": 1, "epochs": 1, "precision": "float32"}

    def test_one_thread_comes_to_the_same_up_to_rounding(self, make):
        two = make()
        self.threads = 1
        one = make()
        assert (len(two.gradients._twins), len(one.gradients._twins)) == (1, 0)
        for trainable in (two, one):
            self._train(trainable)
        for ours, theirs in zip(two.network.parameters(), one.network.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


class TestOverlappedPPO(Exact):
    spec = SPECS["ppo"]
    settings: ClassVar = TestPPO.settings | {"overlap": True}
    chunks = 2


class Replaying(Exact):
    settings: ClassVar = {
        "environments": 2,
        "report_steps": 16,
        "learning_starts": 8,
        "batch_size": 4,
        "target_every": 3,
        "replay_size": 60,
        "precision": "float32",
    }


class TestDQN(Replaying):
    spec = SPECS["dqn"]
    settings: ClassVar = Replaying.settings | {"double": True}


class TestRainbow(Replaying):
    spec = SPECS["rainbow"]
    settings: ClassVar = Replaying.settings | {"atoms": 11}


class TestSAC(Replaying):
    spec = SPECS["sac"]
