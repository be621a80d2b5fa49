"""The settings of the Atari environment, with the preprocessing of the literature as default.

Sources named below: Mnih 2015 is https://doi.org/10.1038/nature14236, Machado 2018 is https://arxiv.org/abs/1709.06009,
Baselines is https://github.com/openai/baselines (`atari_wrappers.py`). docs/environment.md explains each and lists what
differs from the original wrappers.
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import Problem, Severity, param

__all__ = ["AtariConfig", "problems"]


@dataclass
class AtariConfig:
    """How an Atari game is shown to the agent and how its actions reach the game."""

    name: str = "atari"
    frameskip: int = param(4, ge=1, le=60, soft_le=8, unit="frames", help="Frames each action is held for.", source="Mnih 2015")
    max_pool: bool = param(
        True, help="Show the brighter of the last two frames, pixel by pixel, against flicker.", source="Mnih 2015"
    )
    image_height: int = param(84, ge=8, le=210, soft_ge=36, unit="px", help="Height of the picture.", source="Mnih 2015")
    image_width: int = param(84, ge=8, le=160, soft_ge=36, unit="px", help="Width of the picture.", source="Mnih 2015")
    stack: int = param(4, ge=1, le=8, unit="frames", help="Pictures shown at once, the newest last.", source="Mnih 2015")
    noop_max: int = param(
        30,
        ge=0,
        le=200,
        unit="frames",
        help="A game begins after a random number of idle frames below this.",
        source="Mnih 2015",
    )
    fire_on_reset: bool = param(True, help="Press FIRE at the start of a game that knows it.", source="Baselines FireResetEnv")
    fire_after_life_loss: bool = param(
        True,
        help="Press FIRE instead of the agent's action at the first step after a life is lost.",
        source="Baselines FireResetEnv with EpisodicLifeEnv",
    )
    episodic_life: bool = param(
        True, help="Learning takes a lost life for an end; the game goes on and scores are of whole games.", source="Mnih 2015"
    )
    reward_clip: bool = param(True, help="Learning is shown only the sign of each reward; scores stay raw.", source="Mnih 2015")
    reward_scale: float = param(
        1.0, ge=1e-9, le=1e9, help="Learning rewards are multiplied by this, after any clipping.", advanced=True
    )
    repeat_probability: float = param(
        0.0,
        ge=0.0,
        le=0.99,
        soft_le=0.5,
        help="Sticky actions: the chance, each frame, that the console repeats the last action; 0.25 in Machado 2018.",
        source="0 as in Mnih 2015",
    )
    full_action_space: bool = param(
        False, help="Offer all 18 actions of the console instead of those the game uses.", source="Mnih 2015"
    )
    time_limit_frames: int = param(
        108_000, ge=1, le=2_000_000_000, unit="frames", help="A game is cut after this many frames.", source="Machado 2018"
    )
    key_steps: int = param(
        0,
        ge=0,
        le=1_000_000_000,
        soft_ge=1000,
        unit="steps",
        help="An environment's random numbers start afresh at the first game after this many of its steps; "
        "resuming re-simulates at most about as many. 0: chosen by the number of environments.",
        advanced=True,
    )

    def key_spacing(self, count: int, *, from_key: bool) -> int:
        """`key_steps`, or its value for `count` environments: a seeded start costs about 95 ms in which all of them wait.

        It is shorter when games can only be re-simulated `from_key`.
        """
        plain = max(40_000, 2500 * count)
        return self.key_steps or (plain // 4 if from_key else plain)


def problems(config: AtariConfig) -> list[Problem]:
    """What is wrong with `config` beyond ranges."""
    found = []
    if config.max_pool and config.frameskip == 1:
        found.append(
            Problem(
                key="environment.max_pool",
                value=True,
                message="there is one frame a step, so nothing to pool",
                hint="set environment.max_pool=false or environment.frameskip=4",
                severity=Severity.WARNING,
            )
        )
    if config.time_limit_frames < config.frameskip:
        found.append(
            Problem(
                key="environment.time_limit_frames",
                value=config.time_limit_frames,
                message=f"is less than one step of {config.frameskip} frames",
                hint="108000 frames are half an hour of play",
            )
        )
    return found
