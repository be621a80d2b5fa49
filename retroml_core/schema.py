"""The config of a run: one object, the single source of truth.

Command line, app, `config.json`, index and exports all hold this object. Every setting is declared here, or in the config
dataclass of the plugin it belongs to, by `param`: nowhere else is its default, range or meaning written down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

from retroml_core.params import param

__all__ = [
    "SCHEMA_VERSION",
    "Budget",
    "CheckpointConfig",
    "EvaluationConfig",
    "ExperimentConfig",
    "FilmConfig",
    "NetworkConfig",
    "Parent",
]

SCHEMA_VERSION = 1


@dataclass
class Budget:
    """How long to train. Given times add up; with a time and a number of steps, whichever is used up first ends the run."""

    hours: float | None = param(None, ge=0, le=10_000, unit="h", help="Hours of training; added to minutes and seconds.")
    minutes: float | None = param(None, ge=0, le=600_000, unit="min", help="Minutes of training; added to hours and seconds.")
    seconds: float | None = param(None, ge=0, le=36_000_000, unit="s", help="Seconds of training; added to hours and minutes.")
    steps: int | None = param(
        None, ge=1, le=100_000_000_000, unit="steps", help="Agent decisions (4 frames each) over all environments."
    )
    default_hours: float = param(
        1.0,
        ge=0,
        le=10_000,
        unit="h",
        help="Hours of training when nothing else is asked for; set by the preset.",
        advanced=True,
    )

    def limit_seconds(self) -> float | None:
        """The budget in seconds of training, or None when it is in steps alone."""
        given = [(self.hours, 3600.0), (self.minutes, 60.0), (self.seconds, 1.0)]
        if any(value is not None for value, _ in given):
            return sum(value * unit for value, unit in given if value is not None)
        return None if self.steps is not None else self.default_hours * 3600.0


@dataclass
class CheckpointConfig:
    """When the state of training is saved, and how much of it is kept."""

    every_minutes: float = param(
        5.0,
        ge=0.01,
        le=10_000,
        soft_ge=0.5,
        unit="min",
        help="Time between checkpoints; a crash loses at most this much training.",
    )
    every_steps: int | None = param(
        None, ge=1, unit="steps", help="Also save a checkpoint each time this many steps are done.", advanced=True
    )
    keep: int = param(2, ge=1, le=10_000, help="How many full checkpoints to keep; the best model is kept besides.")
    keep_policies: int = param(
        40,
        ge=2,
        le=10_000,
        help="How many light policy snapshots to keep, spread over the training; films show them.",
        advanced=True,
    )


@dataclass
class EvaluationConfig:
    """Episodes played to measure the policy, apart from training and recorded as well."""

    episodes: int = param(5, ge=1, le=1000, help="Evaluation episodes each time; the best of them is the final film.")
    every_minutes: float | None = param(
        None, ge=0.1, le=10_000, unit="min", help="Also evaluate during training at this interval; nothing: only at the end."
    )
    greedy: bool = param(False, help="Always take the likeliest action instead of drawing from the policy.")
    max_steps: int = param(
        27_000, ge=1, le=1_000_000, unit="steps", help="An evaluation episode is cut after this many steps.", advanced=True
    )


@dataclass
class OverlayConfig:
    """What a film writes and draws beside the game; each can be left out."""

    title: bool = param(True, help="Game, algorithm, time trained, and why this stretch is shown.")
    score: bool = param(True, help="The score of the game shown, and the best one.")
    progress: bool = param(True, help="Training time, step and number of the game.")
    actions: bool = param(True, help="How likely the policy holds each action.")
    controller: bool = param(True, help="The joystick as the agent moves it.")
    value: bool = param(True, help="What the policy expects of the moment, where the algorithm estimates it.")
    network: bool = param(True, help="What the layers of the network answer to the picture, where the algorithm shows them.")
    curve: bool = param(True, help="The scores of the training, or of the game, with a dot where the film is.")


@dataclass
class FilmConfig:
    """The films made after training."""

    renderers: list[str] = param(
        default_factory=lambda: ["timelapse", "final_run"], help="Films to make after training, by renderer name; none: []."
    )
    length: str = param("60", help='Length of the time-lapse in seconds, or "match": as long as the training was.')
    fps: int = param(
        30,
        ge=15,
        le=60,
        unit="frames/s",
        help="Frames per second of the films. The game draws 60: with 60, 30, 20 or 15 all motion is even.",
    )
    height: int = param(
        720, ge=240, le=2160, unit="px", help="The shorter side of the picture, which is the height of a wide one: 720 or 1080."
    )
    layout: str = param(
        "wide",
        help="Shape of the picture: wide (16:9), vertical (9:16, for phones) or square.",
        choices=("wide", "vertical", "square"),
    )
    format: str = param(
        "mp4",
        help="The file: mp4 (H.264, plays everywhere), av1 (smaller, slower to make), or gif and webp for up to a minute.",
        choices=("mp4", "av1", "gif", "webp"),
    )
    sound: bool = param(True, help="Let the game be heard, in films that are video files and of games that have sound.")
    captions: bool = param(True, help="Show anything beside the game at all; `overlays` says what.")
    overlays: OverlayConfig = field(default_factory=OverlayConfig)
    theme: str = param("dark", help="Colours of what stands beside the game.", choices=("dark", "light"))
    accent: str = param("#6D5CFF", help="The colour of bars and curves, as #RRGGBB; its brightness is fitted to the theme.")


@dataclass
class NetworkConfig:
    """The shape of the network. None leaves a part to the architecture named."""

    name: str = param("nature", help="Architecture: nature, small, impala, attention, mlp, or one that a plugin adds.")
    width: float = param(
        1.0,
        ge=0.05,
        le=32.0,
        soft_ge=0.25,
        soft_le=4.0,
        help="Channels and units times this: 2 learns twice as many features and takes up to four times as long.",
        advanced=True,
    )
    channels: list[int] | None = param(None, help="Channels of each convolution or stage.", advanced=True)
    kernels: list[int] | None = param(None, help="Kernel size of each convolution.", unit="px", advanced=True)
    strides: list[int] | None = param(None, help="Stride of each convolution.", unit="px", advanced=True)
    blocks: int | None = param(None, ge=1, le=64, help="Residual blocks after each stage, where there are any.", advanced=True)
    heads: int | None = param(None, ge=1, le=64, help="Heads that attend apart, in networks with attention.", advanced=True)
    hidden: list[int] | None = param(None, help="Units of each fully connected layer after the convolutions.", advanced=True)


@dataclass
class Parent:
    """The run this one comes from and how: "forked_from", "sweep_member", "baseline", "ablation"."""

    id: str = param("", help="Id of the parent run; empty: none.")
    relation: str = param(
        "", help="How this run relates to its parent.", choices=("", "forked_from", "sweep_member", "baseline", "ablation")
    )
    checkpoint: str = param("", help="Name of the parent's checkpoint this run starts from.", advanced=True)


@dataclass
class ExperimentConfig:
    """A run: one experiment with one seed."""

    id: str = param("", help="Id of the run; made when the run is created.", advanced=True)
    name: str = param("", help="A name for people; empty: made from game and algorithm.")
    game: str = param("breakout", help="The game to learn; `retroml games` lists them all.")
    environment: Any = MISSING
    algorithm: Any = MISSING
    network: NetworkConfig = field(default_factory=NetworkConfig)
    budget: Budget = field(default_factory=Budget)
    preset: str = param("short", help="How long and how carefully: short, medium or long.")
    seed: int | None = param(None, ge=0, le=2**32 - 1, help="Seed of all randomness; nothing: drawn anew and written down.")
    deterministic: bool = param(
        False, help="Repeat exactly on the same machine: needs a budget in steps; slower on a GPU.", advanced=True
    )
    device: str = param("auto", help="Where the network runs: auto, cpu, cuda or cuda:1.")
    threads: int = param(0, ge=0, le=1024, help="Threads of the learner; 0: as many as there are cores.", advanced=True)
    checkpoints: CheckpointConfig = field(default_factory=CheckpointConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    film: FilmConfig = field(default_factory=FilmConfig)
    metrics: list[str] = param(default_factory=lambda: ["standard"], help="Metrics to compute besides the algorithm's own.")
    custom_metrics: dict[str, str] = param(
        default_factory=dict,
        help="Metrics of your own by name, each an expression such as mean(score > 0); docs/metrics.md tells what it may say.",
        advanced=True,
    )
    exporters: list[str] = param(default_factory=list, help="Live exporters that follow the run, such as tensorboard.")
    tags: list[str] = param(default_factory=list, help="Words to find the run by.")
    notes: str = param("", help="Free text about the run.")
    parent: Parent = field(default_factory=Parent)
    group: str = param("", help="Name of the group of runs made together.", advanced=True)
    created_at: str = param("", help="When the run was created (UTC, ISO 8601); filled in.", advanced=True)
    schema_version: int = param(SCHEMA_VERSION, ge=1, help="Version of this config's layout.", advanced=True)
