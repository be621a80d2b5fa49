"""Specs: the frozen descriptions by which plugins offer things.

A spec is light. What it describes is named by a `"module:attribute"` string (`factory`) that is imported only on use, so
listing every algorithm, game and renderer never imports torch. New fields always get a default: a spec written today
stays valid.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "AlgorithmSpec",
    "Better",
    "CommandSpec",
    "EnvironmentSpec",
    "ExporterSpec",
    "GameSpec",
    "LauncherSpec",
    "MetricSpec",
    "Problem",
    "RendererSpec",
    "Severity",
    "Spec",
    "StoreSpec",
]


class Better(StrEnum):
    """Which direction of a metric is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Severity(StrEnum):
    """Whether a problem forbids a run or only deserves a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault of a config: which `key`, its `value`, what is wrong and allowed (`message`), what to do next (`hint`)."""

    key: str
    message: str
    value: object = None
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.key}={self.value}: {self.message}{hint}"


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Common to all offers: `name` is what configs and commands use (lower case, digits, `_`), `title` what people read."""

    name: str
    title: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class AlgorithmSpec(Spec):
    """A learning algorithm.

    `config` is a dataclass whose first field is `name: str = "<name>"` and whose other fields are made by `param`.
    `reports` lists the metric names it reports with their units; with none, nobody can tell beforehand which there will be.
    `factory` names a function `build(build: retroml_core.algorithm.Build) -> Trainable`. `family` groups algorithms in
    lists: "on-policy", "off-policy", "evolution", "imitation", "baseline". `traits` may hold "learns", "deterministic"
    (same config, same end state on a CPU), "replay", "probabilities" (its decisions carry action probabilities), "values".
    `state_version` rises when the tree returned by `Trainable.state` changes its shape. `paper` is a URL. `sizes` may name a
    function that tells how large networks and replay will be (see `retroml_core.sizing`).
    """

    config: type
    factory: str
    family: str = "other"
    traits: frozenset[str] = frozenset()
    reports: dict[str, str] = dataclasses.field(default_factory=dict)
    state_version: int = 1
    paper: str = ""
    sizes: str = ""


@dataclass(frozen=True, kw_only=True)
class EnvironmentSpec(Spec):
    """A kind of environment, such as the Atari 2600.

    `config` is a dataclass of its settings, first field `name: str = "<name>"`. `factory` names a function
    `make(build: retroml_core.environment.EnvironmentBuild) -> VectorEnvironment`. `tape` names a function
    `open_tape(run_folder: Path) -> retroml_core.tape.Tape`; an environment that cannot be re-simulated leaves it empty and
    says why in `no_tape`, which films, exact resume and datasets then show.
    """

    config: type
    factory: str
    tape: str = ""
    no_tape: str = ""


@dataclass(frozen=True, kw_only=True)
class GameSpec(Spec):
    """A game: `summary` says in a sentence what one does in it, `environment` is the kind that plays it.

    `aliases` are other spellings (`"BreakoutNoFrameskip-v4"`); `actions` the meanings of the agent's actions in order;
    `lives` those at the start of a game (0: the game has none); `difficulty` how hard points are for
    an agent to come upon: "easy", "hard", "very hard", "" when nobody says;
    `random_score` and `human_score` are mean raw scores with `scores_source` saying where they are published.
    """

    environment: str
    aliases: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    lives: int = 0
    difficulty: str = ""
    random_score: float | None = None
    human_score: float | None = None
    scores_source: str = ""


@dataclass(frozen=True, kw_only=True)
class MetricSpec(Spec):
    """A metric: `factory` names a function `build(config) -> retroml_core.metrics.Metric`; `config` its settings.

    `reports` lists the metric names it reports with their units, for axes and column heads.
    """

    config: type
    factory: str
    reports: dict[str, str] = dataclasses.field(default_factory=dict)
    better: Better = Better.NEITHER


@dataclass(frozen=True, kw_only=True)
class ExporterSpec(Spec):
    """An exporter: `factory` names `build(config) -> retroml_core.exporting.Exporter`.

    `suffix` is the file ending with its dot ("" for a folder), `media_type` its MIME type. `many` exporters put several
    runs into one file. `live` exporters also follow a run while it trains.
    """

    config: type
    factory: str
    suffix: str
    media_type: str
    many: bool = False
    live: bool = False


@dataclass(frozen=True, kw_only=True)
class RendererSpec(Spec):
    """A film renderer: `factory` names `build(config) -> retroml_core.filming.Renderer`.

    `needs` says what it cannot work without: "tape", "training" (episodes of training), "evaluation", "policy", "others"
    (further runs). `formats` are the values of `film.format` it can write; `looks` names a function
    `() -> retroml_core.filming.FilmLooks`, which makes thumbnails of its films (empty: they have none).
    """

    config: type
    factory: str
    suffix: str = ".mp4"
    formats: tuple[str, ...] = ("mp4",)
    looks: str = ""
    needs: frozenset[str] = frozenset({"tape"})


@dataclass(frozen=True, kw_only=True)
class LauncherSpec(Spec):
    """A way to start the process of a run: `factory` names `build(config) -> retroml_core.runs.launching.Launcher`."""

    config: type
    factory: str
    remote: bool = False


@dataclass(frozen=True, kw_only=True)
class StoreSpec(Spec):
    """A database behind the index: `factory` names `open(url) -> retroml_core.index.Store`; `schemes` are its URL schemes."""

    factory: str
    schemes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CommandSpec(Spec):
    """A command: `retroml <name> ...` calls `factory`, a function `(app: App, argv: list[str]) -> int` (the exit code)."""

    factory: str
    hidden: bool = False
