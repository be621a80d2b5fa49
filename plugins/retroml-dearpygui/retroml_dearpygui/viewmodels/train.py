"""Setting up a training: which game, how long, with what settings; what to expect of it; starting it."""

from __future__ import annotations

import functools
import secrets
from typing import TYPE_CHECKING, Any

from retroml_core.runs.run import create_run
from retroml_dearpygui.desk import Kind
from retroml_dearpygui.forms.form import Form
from retroml_dearpygui.forms.naming import named
from retroml_dearpygui.forms.repeatable import STEPS, SWITCH, ends_at_steps, fill_steps
from retroml_dearpygui.forms.run_fields import run_fields, values_of
from retroml_dearpygui.services.expectation import CAUTIOUS_STEPS_PER_SECOND, Expectation, expect, measured_speed
from retroml_dearpygui.services.reference import read_reference
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.changes import LENGTH, Change, changes_of
from retroml_dearpygui.viewmodels.debounce import Debounce
from retroml_dearpygui.viewmodels.last_answer import LastAnswer
from retroml_dearpygui.viewmodels.length import Length
from retroml_dearpygui.viewmodels.measuring import MeasuringViewModel
from retroml_dearpygui.viewmodels.prospects import NETWORK, Prospects
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.train_choices import PRESET_HOURS, found_games, one_of, ordered_algorithms, ordered_games

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_core.config.errors import ConfigError
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig
    from retroml_core.specs import AlgorithmSpec, GameSpec
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.forms.fields import Field

__all__ = ["TrainViewModel"]

PAGE = "train"
SEEDS = 2**31


class TrainViewModel(ViewModel):
    """`game`, `preset`, `algorithm` are names; `length` how long; `form` all settings; `expectation` what it comes to;
    `prospects` what may be hoped for; `problem` why the settings cannot be used, in words; `starting` while a run is made.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        kept = desk.settings.recall(PAGE)
        self.games = ordered_games(desk.app.registry.games)
        games = [game.name for game in self.games]
        self.game = one_of(kept.get("game"), games, games)
        self.algorithms = ordered_algorithms(desk.app.registry.algorithms)
        algorithms = [spec.name for spec in self.algorithms]
        self.algorithm = one_of(kept.get("algorithm"), ["ppo", *algorithms], algorithms)
        self.preset = one_of(kept.get("preset"), list(PRESET_HOURS), list(PRESET_HOURS))
        self.length = Length.recalled(kept.get("length"), PRESET_HOURS[self.preset])
        self.seed_text = ""
        self.form, self.problem = Form((), {}), ""
        self.expectation: Expectation | None = None
        self.starting = self.composing = False
        self.runs = desk.viewmodel(RunsViewModel)
        self.measuring = desk.viewmodel(MeasuringViewModel)
        self._composer = desk.composer
        self.prospects = Prospects(self, read_reference())
        self._usual: ExperimentConfig | None = None
        self._composition, self._check = LastAnswer(desk), LastAnswer(desk)
        self._guessing, self._mode, self._device = False, desk.settings.now.mode, desk.settings.now.device
        self._typing = Debounce(desk.clock, 0.3)
        self._compose()

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def game_spec(self) -> GameSpec:
        """The game chosen."""
        return self.desk.app.registry.games[self.game]

    @property
    def algorithm_spec(self) -> AlgorithmSpec:
        """The algorithm chosen."""
        return self.desk.app.registry.algorithms[self.algorithm]

    def found(self, words: str) -> list[GameSpec]:
        """The games that `words` fit, those called so first; see `found_games`."""
        return found_games(self.games, words)

    def fields(self, *, advanced: bool) -> list[Field]:
        """The settings of the algorithm that are shown, or those that are shown only when asked for."""
        own = (field for field in self.form.fields.values() if field.key.startswith("algorithm."))
        return [field for field in own if field.advanced == advanced]

    @property
    def other_fields(self) -> list[Field]:
        """The settings of the run around the algorithm, for those who want them all."""
        others = (field for field in self.form.fields.values() if not field.key.startswith("algorithm."))
        return [field for field in others if field.key not in self._elsewhere]

    @property
    def _elsewhere(self) -> tuple[str, ...]:
        """The settings that have a place of their own; a network has one where it can be chosen from what there is."""
        return (SWITCH, STEPS, NETWORK) if self.algorithm_spec.sizes else (SWITCH, STEPS)

    @property
    def ends_at_steps(self) -> bool:
        """Whether the training ends at a number of steps, a field of the form, instead of after a time."""
        return ends_at_steps(self.form)

    @property
    def changes(self) -> list[Change]:
        """What differs from the preset, the length among it."""
        return changes_of(self.form, self.length, Length.of_hours(PRESET_HOURS[self.preset]))

    @property
    def obstacles(self) -> list[str]:
        """What has to be mended before the start, in words: the fields may be folded in or not shown in this mode."""
        at_fields = [f"{self.form.fields[key].label}: {fault}" for key in self.form.fields if (fault := self.form.fault(key))]
        seed = [f"Seed: {self.seed_fault}"] if self.seed_fault else []
        return [*at_fields, *seed, *self.problem.splitlines()]

    @property
    def can_start(self) -> bool:
        """Whether Start would do anything."""
        return not self.starting and not self.length.fault and not self.seed_fault and self.form.valid

    @property
    def seed_fault(self) -> str:
        """What is wrong with the seed."""
        text = self.seed_text.strip()
        whole = text.isascii() and text.isdigit() and int(text) < 2**32
        return "" if not text or whole else "needs a whole number from 0 to 4294967295, or nothing"

    # --- choices --------------------------------------------------------------------------------------------------------

    def choose_game(self, name: str) -> None:
        """Take another game."""
        if name in self.desk.app.registry.games and name != self.game:
            self.game = name
            self._remember()
            self._compose()

    def choose_algorithm(self, name: str) -> None:
        """Take another algorithm."""
        if name in self.desk.app.registry.algorithms and name != self.algorithm:
            self.algorithm = name
            self._remember()
            self._compose()

    def choose_preset(self, name: str) -> None:
        """Take another preset, with its length."""
        self.preset = name
        self.length = Length.of_hours(PRESET_HOURS[name])
        self._fill_steps()
        self._remember()
        self._compose()

    def set_length(self, hours: str, minutes: str) -> None:
        """The user typed how long."""
        self.length = Length(hours, minutes)
        self._fill_steps()
        self._typing.touch()
        self.changed()

    def set_seed(self, text: str) -> None:
        """The user typed a seed; nothing: drawn at the start."""
        self.seed_text = text
        self.changed()

    def roll_seed(self) -> None:
        """Draw a seed."""
        self.set_seed(str(secrets.randbelow(SEEDS)))

    def edit(self, key: str, text: str) -> None:
        """The user typed into a field."""
        self.form.set_text(key, text)
        self._typing.touch()
        self.changed()

    def put(self, key: str, value: Any) -> None:
        """The user chose a value of a field."""
        self.form.set_value(key, value)
        if key == SWITCH:
            self._fill_steps()
        self._typing.touch()
        self.changed()

    def revert(self, key: str) -> None:
        """One field, or the length, back to what the preset says; the steps to what the length comes to."""
        if key == LENGTH:
            self.set_length(*Length.of_hours(PRESET_HOURS[self.preset]).texts)
            return
        self.form.revert(key)
        if key in (SWITCH, STEPS):
            self._fill_steps()
        self._typing.touch()
        self.changed()

    def reset(self, part: Iterable[Field] | None = None) -> None:
        """These fields, or all and the length, back to what the preset says, with Undo."""
        keys = None if part is None else [field.key for field in part]
        undo, length = self.form.reset(keys), self.length
        if part is None:
            self.length = Length.of_hours(PRESET_HOURS[self.preset])
        if not self.ends_at_steps:
            self._fill_steps()

        def take_back() -> None:
            undo()
            self.length = length
            self._typing.touch()
            self.changed()

        self.desk.toast("Settings reset", "They are as the preset says.", undo=take_back)
        self._typing.touch()
        self.changed()

    def measure(self) -> None:
        """Measure how fast such a training is here with other settings."""
        if self.can_start and self.expectation is not None:
            self.measuring.measure([*self._base(), *self.form.overrides()])

    def tick(self) -> None:
        """Once a frame: when the typing pauses, see what the settings come to."""
        if self._device != self.desk.settings.now.device:
            self._compose()
        elif self._typing.due():
            self._remember()
            self._expect()
        elif (self._guessing and self.speed is not None) or self._mode != self.desk.settings.now.mode:
            self._expect()  # something was trained here meanwhile, or another mode shows more

    # --- starting -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start a training with these settings, in a process of its own."""
        if not self.can_start:
            return
        self.starting, self.problem = True, ""
        self._remember()
        self.changed()
        self.desk.background(functools.partial(self._begin, self._base(), self._overrides()), self._started, self._refused)

    def _begin(self, base: list[str], overrides: list[str]) -> Run:
        from retroml_core.config.errors import ConfigError

        config = self._composer.change(base, overrides)
        need = expect(self.desk.app, config, None, self._composer.sizes(config))
        if not need.enough_disk:
            raise ConfigError(f"this training may need {need.disk_words}: free some, or train for a shorter time")
        run = create_run(self.desk.app, config)
        self.desk.children.start(run)
        return run

    def _started(self, run: Run) -> None:
        self.starting, self.seed_text = False, ""
        self.runs.choose(run.id)
        self.runs.refresh()
        self.desk.toast("Training started", f"{self.game_spec.title} with {self.algorithm_spec.title}", Kind.OK)
        self.changed()

    def _refused(self, error: Exception) -> None:
        from retroml_core.config.errors import ConfigError

        self.starting = False
        self.changed()
        if isinstance(error, ConfigError):
            self._blame(error)
        else:
            self.desk.fail(error)

    # --- what the settings come to --------------------------------------------------------------------------------------

    @property
    def _sized(self) -> bool:
        """Whether anybody sees how large networks and replay will be: telling loads the emulator."""
        return self._mode >= Mode.STUDENT or "replay" in self.algorithm_spec.traits

    def _base(self) -> list[str]:
        device = [] if self._device == "auto" else [f"device={self._device}"]
        return [f"game={self.game}", f"algorithm={self.algorithm}", f"preset={self.preset}", *device]

    def _overrides(self) -> list[str]:
        seed = [f"seed={int(self.seed_text)}"] if self.seed_text.strip() else []
        time = [] if self.ends_at_steps else [f"budget.seconds={self.length.seconds:g}"]
        return [*time, *seed, *self.form.overrides()]

    @property
    def speed(self) -> float | None:
        """Steps a second as trainings here made them, None before there were any."""
        return measured_speed(self.runs.look.recent, self.algorithm)

    def _fill_steps(self) -> None:
        """The length is new, or whether it counts: the steps follow it until somebody writes others."""
        self.form.pardon()
        if STEPS in self.form.fields and not self.length.fault:
            fill_steps(self.form, self.length.seconds, self.speed or CAUTIOUS_STEPS_PER_SECOND)

    def _compose(self) -> None:
        """Ask for the usual settings of these choices."""
        self.composing, self._device = True, self.desk.settings.now.device
        self._composition.ask(functools.partial(self._composer.compose, self._base()), self._composed, self._not_composed)
        self.changed()

    def _composed(self, config: ExperimentConfig) -> None:
        self.composing, self.problem, self._usual = False, "", config
        fields = named(run_fields(config), self.desk.app.registry)
        self.form.rebase(fields, values_of(config, fields))
        if self.form.value(STEPS) is None:
            self._fill_steps()
        self._expect()

    def _not_composed(self, error: Exception) -> None:
        self.composing = False
        self._refused(error)

    def _expect(self) -> None:
        """Have the settings checked."""
        self.form.pardon()
        self._guessing, self._mode = self.speed is None, self.desk.settings.now.mode
        if not self.can_start or self._usual is None:
            self._check.drop()
            self.changed()
            return
        work = functools.partial(self._checked, self._base(), self._overrides(), self.speed)
        self._check.ask(work, self._expected, self._refused)

    def _checked(self, base: list[str], overrides: list[str], speed: float | None) -> Expectation:
        config = self._composer.change(base, overrides)
        sizes = self._composer.sizes(config) if self._sized else None
        return expect(self.desk.app, config, speed, sizes)

    def _expected(self, expectation: Expectation) -> None:
        self.expectation, self.problem = expectation, ""
        self.measuring.about(expectation.subject)
        self.changed()

    def _blame(self, error: ConfigError) -> None:
        """Put faults at their fields, and the rest into words above Start."""
        elsewhere = [problem for problem in error.problems if problem.key not in self.form.fields]
        for problem in error.problems:
            self.form.blame(problem.key, problem.message)
        if elsewhere or not error.problems:
            self.problem = "\n".join(map(str, elsewhere)) or str(error)
        self.changed()

    def _remember(self) -> None:
        length = {} if self.length.fault else {"length": [self.length.hours_text, self.length.minutes_text]}
        self.desk.settings.remember(PAGE, game=self.game, algorithm=self.algorithm, preset=self.preset, **length)
