"""A small learner for tests: REINFORCE with a linear policy on Catch, with an exact state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retroml_core import AlgorithmSpec, hookimpl, param
from retroml_core.algorithm import Decision, TrainingFault
from retroml_core.online import OnlineTrainable
from retroml_core.tree import digest


class OutOfMemoryError(RuntimeError):
    """As torch's, which the core knows by its name."""


FAULTS = {
    "bug": (RuntimeError, "a bug in the algorithm"),
    "device": (OutOfMemoryError, "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4.00 GiB"),
    "host": (RuntimeError, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4000000 bytes. Error code 12"),
    "probabilities": (RuntimeError, "probability tensor contains either `inf`, `nan` or element < 0"),
}


def fault(name):
    """The error that a learner told to fail so raises."""
    kind, text = FAULTS[name]
    return kind(text)


@dataclass
class LearnerConfig:
    name: str = "learner"
    environments: int = param(4, ge=1, le=64, help="Games at once.", memory=True)
    rollout: int = param(16, ge=1, le=512, help="Steps of a rollout.", fixed=True)
    learning_rate: float = param(0.5, ge=0, le=10, help="Size of a step.", live=True)
    fault_at: int = param(0, ge=0, help="Update at which the loss is not a number; 0: never.")
    fault: str = param("nan", help="How it fails: nan, parameters, memory, device, host, probabilities, bug.")


class Learner(OnlineTrainable):
    def __init__(self, build):
        super().__init__(build)
        self.config = build.config
        self.rate = build.config.learning_rate
        self.random = build.seeds.generator("actions")
        self.acting = build.seeds.generator("acting")
        self.weights = np.zeros((15, build.env.action_count))
        self.seen, self.taken, self.won = [], [], []

    def features(self, obs):
        cells = obs[:, 0, ::4, ::4]
        ball = (cells == 255).any(axis=1).argmax(axis=1)
        paddle = (cells[:, 7] == 128).argmax(axis=1)
        return np.eye(15)[ball - paddle + 7]

    def probabilities(self, features):
        logits = features @ self.weights
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def draw(self, obs, random):
        odds = self.probabilities(self.features(obs))
        picks = (odds.cumsum(axis=1) > random.random((len(obs), 1))).argmax(axis=1)
        return picks.astype(np.int64), odds

    def choose(self, obs):
        return self.draw(obs, self.random)[0]

    def act(self, obs, *, greedy):
        actions, odds = self.draw(obs, self.acting)
        return Decision(actions=odds.argmax(axis=1) if greedy else actions, probabilities=odds.astype(np.float32))

    def store(self, obs, actions):
        self.seen.append(self.features(obs))
        self.taken.append(actions)

    def observe(self, transition):
        self.won.append(transition.rewards)

    def ready(self):
        return len(self.won) == self.config.rollout

    def update(self, control):
        self.fail()
        returns, later = np.zeros((len(self.won), len(self.won[0]))), 0.0
        for t in reversed(range(len(self.won))):
            later = returns[t] = self.won[t] + 0.9 * later
        advantages = (returns - returns.mean()).reshape(-1)
        features, taken = np.concatenate(self.seen), np.concatenate(self.taken)
        toward = np.eye(self.weights.shape[1])[taken] - self.probabilities(features)
        step = features.T @ (toward * advantages[:, None]) / len(taken)
        self.weights += self.rate * (1 - control.fraction()) * step
        self.seen, self.taken, self.won = [], [], []
        return {"loss/policy": float(-advantages.mean()), "schedule/learning_rate": self.rate}

    def fail(self):
        if self.updates + 1 != self.config.fault_at:
            return
        if self.config.fault == "nan":
            raise TrainingFault("loss/policy is nan", metric="loss/policy", value=float("nan"), hint="lower the learning rate")
        if self.config.fault == "memory":
            raise MemoryError
        if self.config.fault in FAULTS:
            raise fault(self.config.fault)
        self.weights[0, 0] = np.nan

    def tune(self, name, value):
        self.rate = value

    def learner_state(self):
        arrays = {"seen": self.seen, "taken": self.taken, "won": self.won}
        return {"weights": self.weights, "random": self.random.bit_generator.state, **arrays}

    def restore_learner(self, state):
        self.weights = state["weights"]
        self.random.bit_generator.state = state["random"]
        self.seen, self.taken, self.won = state["seen"], state["taken"], state["won"]

    def seed_acting(self, seed):
        self.acting = np.random.Generator(np.random.PCG64(seed))

    def policy(self):
        return {"weights": self.weights}

    def load_policy(self, policy):
        self.weights = policy["weights"]

    def fingerprint(self):
        return digest({"weights": self.weights})

    def samples(self):
        return {}


class LearnerPlugin:
    @hookimpl
    def retroml_algorithms(self):
        return [
            AlgorithmSpec(
                name="learner",
                title="Learner",
                summary="A fake.",
                config=LearnerConfig,
                factory="fake_learner:Learner",
                traits=frozenset({"learns", "deterministic"}),
            )
        ]
