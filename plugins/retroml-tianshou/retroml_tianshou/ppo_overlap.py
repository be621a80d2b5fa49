"""PPO that learns from one rollout while it plays the next.

    chunk      k                                      k + 1
    playing    rollout k, by the policy of k - 1      rollout k + 1, by the policy of k
    learning   from rollout k - 1, makes policy k     from rollout k, makes policy k + 1

Emulators and learner keep all cores busy together instead of in turn. Both wait for each other at the end of each rollout, so
the result does not depend on which was quicker: the same config gives the same parameters, bit for bit. The plan is that of
HTS-RL, https://arxiv.org/abs/2012.09849.

What is learned from was played by the policy before the one that learns. A clip range around that older policy would hold the
newer one back from the start, so it lies around the policy that begins to learn, the proximal policy of
https://arxiv.org/abs/2110.00641 section 3 (without its importance weight, which made no difference: docs/learning.md).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from retroml_core.algorithm import StopTraining
from retroml_tianshou.pixels import pack_stacks, unpack_stacks
from retroml_tianshou.ppo import PPO
from retroml_tianshou.rollout import Samples
from retroml_tianshou.snapshots import array, load_parameters, parameters

if TYPE_CHECKING:
    from retroml_core.algorithm import Build, Control, Report
    from retroml_core.tree import Tree

__all__ = ["OverlappedPPO"]


class OverlappedPPO(PPO):
    """PPO one rollout behind. Between calls of `advance` nothing works in the background."""

    one_thread = False

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        self.player = copy.deepcopy(self.network)
        self._spare = self.make_rollout()
        self._waiting: Samples | None = None
        self._learned: dict[str, float] = {}
        self._learning: Future[dict[str, float]] | None = None
        self._cancelled = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="learner")

    def advance(self, control: Control) -> Report:
        """Play a rollout and learn from the one before; see `Trainable.advance`."""
        if self._waiting is not None:
            samples, self._waiting = self._waiting, None
            schedule = self.schedule(control.fraction())
            self._learning = self._thread.submit(lambda: self.learn_from(samples, self._tick) | schedule)
        try:
            report = super().advance(control)
            self._wait()
        except BaseException:
            self._cancel()
            raise
        return report

    def update(self, control: Control) -> Mapping[str, float]:
        """Wait for the learner, take up its policy, and hand it the rollout that was just played with the next `advance`."""
        samples = self.played()
        self._wait()
        learned, self._learned = self._learned, {}
        load_parameters(self.player, parameters(self.network))
        self._waiting = samples
        self.rollout, self._spare = self._spare, self.rollout
        self.rollout.restart()
        return learned | self.about_rollout()

    def learn_from(self, samples: Samples, tick: Callable[[], None]) -> dict[str, float]:
        """One update, clipped around the policy and the values it begins with; by metric name."""
        self.compute.use_threads(self.compute.threads)
        return super().learn_from(self._as_of_now(samples), tick)

    def _as_of_now(self, samples: Samples) -> Samples:
        """With gradients and in the parts they are worked out in, as compiled code expects it, although none is asked for."""
        log_probs, values = [], []
        for part in samples.chunk(self.config.minibatches * self.compute.parts_for(self.minibatch())):
            logits_BA, values_B = self.network(part.seen())
            log_probs.append(logits_BA.log_softmax(1).gather(1, part.actions[:, None]).squeeze(1).detach())
            values.append(values_B.detach())
        return replace(samples, log_probs=torch.cat(log_probs), values=torch.cat(values))

    def _wait(self) -> None:
        """Until nothing works in the background; what was learned is kept for the next report."""
        if self._learning is not None:
            learning, self._learning = self._learning, None
            self._learned = learning.result()

    def _cancel(self) -> None:
        """End the learner between two minibatches; what it was at is lost."""
        if self._learning is not None:
            learning, self._learning = self._learning, None
            self._cancelled = True
            learning.exception()
            self._cancelled = False

    def _tick(self) -> None:
        if self._cancelled:
            raise StopTraining

    def load_policy(self, policy: Tree) -> None:
        """Take up `policy()`, to act and to play."""
        super().load_policy(policy)
        load_parameters(self.player, policy["parameters"])

    def learning_state(self) -> Tree:
        """Optimizer, order of minibatches, the policy that plays, the rollout to learn from, what was not reported yet."""
        return super().learning_state() | {
            "player": parameters(self.player),
            "waiting": None if self._waiting is None else self._packed(self._waiting),
            "learned": dict(self._learned),
        }

    def _packed(self, samples: Samples) -> Tree:
        tree: Tree = {field.name: array(getattr(samples, field.name)) for field in fields(samples)}
        if self.rollout.stacked:
            tree["obs"] = pack_stacks(tree["obs"].reshape(-1, self.config.environments, *tree["obs"].shape[1:]))
        return tree

    def restore_learning(self, state: Tree) -> None:
        """Take up `learning_state()`."""
        super().restore_learning(state)
        load_parameters(self.player, state["player"])
        waiting = state["waiting"]
        self._waiting = None if waiting is None else _samples(waiting, self.compute.device)
        self._learned = {name: float(value) for name, value in state["learned"].items()}

    def close(self) -> None:
        """Release threads, environment and device."""
        self._cancel()
        self._thread.shutdown()
        super().close()


def _samples(tree: Tree, device: torch.device) -> Samples:
    obs = unpack_stacks(tree["obs"])
    arrays = {**tree, "obs": obs.reshape(-1, *obs.shape[-3:])}
    return Samples(**{field.name: torch.from_numpy(np.array(arrays[field.name])).to(device) for field in fields(Samples)})
