"""What on-policy actor-critic algorithms share: playing, acting, rollouts, state. What they learn by is their own.

Shapes: B environments, A actions, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from retroml_core.algorithm import Build, Decision
from retroml_core.online import OnlineTrainable
from retroml_core.tree import digest
from retroml_tianshou.architectures import collect
from retroml_tianshou.compiling import compile_trunks
from retroml_tianshou.compute import prepare_for
from retroml_tianshou.gradients import Gradients
from retroml_tianshou.measures import about, arrays
from retroml_tianshou.monte_carlo import MonteCarlo
from retroml_tianshou.networks import ActorCritic, build_network
from retroml_tianshou.pixels import channels_last
from retroml_tianshou.rollout import Rollout
from retroml_tianshou.snapshots import generator_state, load_generator, load_parameters, parameters
from retroml_tianshou.tuning import Tunable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import Transition
    from retroml_core.tree import Tree
    from retroml_tianshou.rollout import Samples

__all__ = ["ActorCriticTrainable"]


class ActorCriticTrainable(Tunable, OnlineTrainable):
    """Plays with an `ActorCritic` network into a `Rollout`; a subclass adds `update` and the state of its learning.

    `network` is what learns and what `act` asks; `player` is what plays: the same, unless a subclass lets it lag behind.
    """

    chooses_in_parts = True
    one_thread = True
    """Whether it plays and learns in one thread; a subclass may say otherwise."""

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        info, seeds = build.env, build.seeds
        self.compute = prepare_for(build)
        device = self.compute.device
        initial = torch.Generator().manual_seed(seeds.integer("network"))
        networks = collect(build.offers)
        network = build_network(build.network, info.observation_shape, info.action_count, initial, networks)
        self.network = network.to(device)
        self.network.precision = self.compute.precision
        self._compile()
        self.player = self.network
        self.rollout = self.make_rollout()
        self.monte_carlo = MonteCarlo(build.config.environments, build.config.gamma)
        self._samples: Mapping[str, NDArray[Any]] = {}
        self.sampling = torch.Generator(device).manual_seed(seeds.integer("sampling", build.rank))
        self.acting = torch.Generator().manual_seed(seeds.integer("acting"))
        self._staging: Tensor | None = None
        self._chosen: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
        self._stored: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    def make_rollout(self) -> Rollout:
        """An empty rollout."""
        config, info = self.build.config, self.build.env
        return Rollout(
            config.rollout_steps, config.environments, info.observation_shape, self.compute.device, stacked=info.stacked
        )

    def _compile(self) -> None:
        """Compile the network where that was asked for: for what plays, together or in halves, and for what learns."""
        count = self.build.config.environments
        compile_trunks(
            [self.network],
            self.compute,
            self.build.env.observation_shape,
            learning=[-(-self.minibatch() // self.compute.parts_for(self.minibatch()))],
            acting=[count, count // 2, count - count // 2] if count > 1 else [count],
            graphs=self.one_thread,
        )

    def minibatch(self) -> int:
        """How many samples are learned from at a time: a whole rollout, unless a subclass says otherwise."""
        return int(self.build.config.environments * self.build.config.rollout_steps)

    def parallel_gradients(self, batch: int) -> Gradients[ActorCritic]:
        """What works out the gradients of minibatches of `batch` samples here."""
        parts = self.compute.parts_for(batch)
        return Gradients(self.network, parts=parts, threads=self.compute.threads // parts)

    # --- playing ------------------------------------------------------------------------------------------------------

    @torch.inference_mode()
    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Actions (B,) drawn from the policy, for all environments or some, in order; what was seen is kept."""
        self.compute.use_threads(self.compute.threads_for(len(obs)))
        obs_BHWC = self.rollout.see(obs)
        logits_BA, values_B = self.player(obs_BHWC.permute(0, 3, 1, 2))
        log_probs_BA = logits_BA.log_softmax(1)
        actions_B = torch.multinomial(log_probs_BA.exp(), 1, generator=self.sampling).squeeze(1)
        self._chosen.append((log_probs_BA.cpu().numpy(), values_B.cpu().numpy()))
        return _integers(actions_B)

    def store(self, obs: NDArray[np.uint8], actions: NDArray[np.int64]) -> None:
        """Keep the step; an action that the environment chose itself counts with the probability the policy gave it.

        Raises RuntimeError unless actions were chosen for just these environments since the last call.
        """
        chosen, self._chosen = self._chosen, []
        if sum(len(values_B) for _, values_B in chosen) != len(actions):
            raise RuntimeError("store() needs one choice for each environment since the last one")
        log_probs_BA, values_B = (np.concatenate(column) for column in zip(*chosen, strict=True))
        self.rollout.decide(actions, log_probs_BA[np.arange(len(actions)), actions], values_B)
        self._stored = log_probs_BA, values_B

    def decided(self, actions: NDArray[np.int64]) -> Decision:
        """`actions` with the probabilities and values of the last `store`."""
        if self._stored is None:
            return super().decided(actions)
        log_probs_BA, values_B = self._stored
        return Decision(actions=actions, probabilities=np.exp(log_probs_BA), values=values_B)

    def last_before_update(self) -> bool:
        """Whether the rollout is full after this step."""
        return self.rollout.position + 1 == self.rollout.steps

    def observe(self, transition: Transition) -> None:
        """Keep what the step led to, with the value of the last picture where only the clock ended the episode."""
        ended_B = transition.terminated | transition.truncated
        self.rollout.outcome(transition.rewards, ended_B, self._bootstraps(transition))

    def ready(self) -> bool:
        """Whether the rollout is full."""
        return self.rollout.full

    # --- what was played ----------------------------------------------------------------------------------------------

    def played(self) -> Samples:
        """The full rollout with its advantages; views of its buffers. Raises RuntimeError before anything was played."""
        if self.obs is None:
            raise RuntimeError("update() before anything was played")
        config = self.build.config
        samples = self.rollout.samples(self.values(self.obs), gamma=config.gamma, gae_lambda=config.gae_lambda)
        self._samples = arrays(samples, self.rollout.rewards_TB)
        self.monte_carlo.take(self.rollout)
        return samples

    def about_rollout(self) -> dict[str, float]:
        """What the last rollout says of critic and advantages, by metric name."""
        return about(self._samples) | self.monte_carlo.read()

    def samples(self) -> Mapping[str, NDArray[Any]]:
        """The last rollout: actions, rewards as learned from, values, returns and advantages, each (N,)."""
        return self._samples

    def _bootstraps(self, transition: Transition) -> NDArray[np.float32] | None:
        cut = [i for i in transition.final_obs if transition.truncated[i] and not transition.terminated[i]]
        if not cut:
            return None
        bootstraps_B = np.zeros(len(transition.rewards), np.float32)
        bootstraps_B[cut] = self.values(np.stack([transition.final_obs[i] for i in cut])).cpu().numpy()
        return bootstraps_B

    @torch.inference_mode()
    def values(self, obs: NDArray[np.uint8]) -> Tensor:
        """What the critic of the player expects from observations (B, C, H, W)."""
        values_B: Tensor = self.player(self._upload(obs).permute(0, 3, 1, 2))[1]
        return values_B

    def _upload(self, obs: NDArray[np.uint8]) -> Tensor:
        """Observations (B, C, H, W) as (B, H, W, C) on the device; to a GPU through pinned memory, without waiting.

        Sets the threads for what follows.
        """
        self.compute.use_threads(self.compute.threads_for(len(obs)))
        if self.compute.device.type != "cuda":
            return torch.from_numpy(channels_last(obs))
        count, channels, height, width = obs.shape
        if self._staging is None or len(self._staging) != count:
            self._staging = torch.empty((count, height, width, channels), dtype=torch.uint8, pin_memory=True)
        # Safe to fill again: the actions or values of the last use were read back, which waited for its copy.
        channels_last(obs, self._staging.numpy())
        return self._staging.to(self.compute.device, non_blocking=True)

    # --- acting outside training --------------------------------------------------------------------------------------

    @torch.inference_mode()
    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """Decide for observations (B, C, H, W), with probabilities and values; see `Trainable.act`."""
        logits_BA, values_B = self.network(self._upload(obs).permute(0, 3, 1, 2))
        probabilities_BA = logits_BA.softmax(1).cpu()
        if greedy:
            actions_B = probabilities_BA.argmax(1)
        else:
            actions_B = torch.multinomial(probabilities_BA, 1, generator=self.acting).squeeze(1)
        return Decision(actions=_integers(actions_B), probabilities=probabilities_BA.numpy(), values=values_B.cpu().numpy())

    def seed_acting(self, seed: int) -> None:
        """Seed the draws of `act`."""
        self.acting.manual_seed(seed)

    def policy(self) -> Tree:
        """The network: its config and its parameters."""
        return {"network": asdict(self.build.network), "parameters": parameters(self.network)}

    def load_policy(self, policy: Tree) -> None:
        """Take up `policy()`. Raises ValueError when it is of another network."""
        load_parameters(self.network, policy["parameters"])

    def fingerprint(self) -> str:
        """A digest of all parameters."""
        return digest(parameters(self.network))

    def modules(self) -> Mapping[str, object]:
        """The networks, for diagnostics."""
        return {"network": self.network}

    # --- state --------------------------------------------------------------------------------------------------------

    def learner_state(self) -> Tree:
        """Parameters, the open rollout, the sampling generator, the thread count results depend on, and `learning_state`."""
        return {
            "parameters": parameters(self.network),
            "rollout": self.rollout.state(),
            "sampling": generator_state(self.sampling),
            "threads": self.compute.threads,
            "learning": self.learning_state(),
        }

    def restore_learner(self, state: Tree) -> None:
        """Take up `learner_state()`."""
        load_parameters(self.network, state["parameters"])
        self.rollout.restore(state["rollout"])
        load_generator(self.sampling, state["sampling"])
        self.restore_learning(state["learning"])

    def learning_state(self) -> Tree:
        """The games that the critic is still to be judged by; a subclass adds optimizer, schedules and generators."""
        return {"monte_carlo": self.monte_carlo.state()}

    def restore_learning(self, state: Tree) -> None:
        """Take up `learning_state()`."""
        self.monte_carlo.restore(state.get("monte_carlo"))


def _integers(actions_B: Tensor) -> NDArray[np.int64]:
    actions: NDArray[np.int64] = actions_B.cpu().numpy()
    return actions
