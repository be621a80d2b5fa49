"""Setting up and starting a training, without a window."""

import dataclasses

import pytest
from retroml_dearpygui.services.children import Children
from retroml_dearpygui.services.expectation import CAUTIOUS_STEPS_PER_SECOND, measured_speed
from retroml_dearpygui.services.reference import Reference, ReferenceLibrary
from retroml_dearpygui.services.runbook import Look, RunBook
from retroml_dearpygui.ui.train.gallery import about
from retroml_dearpygui.viewmodels import train as train_viewmodel
from retroml_dearpygui.viewmodels.length import Length
from retroml_dearpygui.viewmodels.train import TrainViewModel

from retroml_core.config.errors import ConfigError
from retroml_core.events import RunState
from retroml_core.services import StorageService
from retroml_core.specs import GameSpec, Problem


@pytest.fixture
def started(monkeypatch):
    """The runs that were started, without their processes."""
    runs = []
    monkeypatch.setattr(Children, "start", lambda self, run: runs.append(run))
    return runs


class HandClock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def pause(desk):
    """Let the user pause in the typing, which is when the settings are looked at."""
    clock = desk.clock = HandClock()

    def wait(model):
        clock.now += 10
        model.tick()

    return wait


@pytest.fixture
def train(desk, pause):
    return desk.viewmodel(TrainViewModel)


@pytest.mark.parametrize(
    ("hours", "minutes", "seconds", "fault"),
    [
        ("1", "30", 5400, ""),
        ("", "5", 300, ""),
        ("0,5", "", 1800, ""),
        ("0", "90", 5400, ""),
        ("0", "0.1", 6, ""),
        ("999", "0", 999 * 3600, ""),
        ("", "", 0, "needs some time: give hours or minutes"),
        ("-1", "0", None, "hours: must not be negative"),
        ("1", "-5", None, "minutes: must not be negative"),
        ("two", "0", None, "hours: 'two' is not a number; write it like 1.5"),
        ("1", "nan", None, "minutes: 'nan' is not a number; write it like 30"),
        ("10000", "0", None, "at most 999 hours"),
    ],
)
def test_a_length_is_read_as_typed(hours, minutes, seconds, fault):
    length = Length(hours, minutes)
    assert length.fault == fault
    assert seconds is None or length.seconds == seconds


def test_a_fresh_profile_can_start_at_once(train, started, app):
    assert train.can_start
    train.start()
    (run,) = started
    config = run.config(app)
    assert (config.game, config.algorithm.name, config.preset) == ("breakout", "ppo", "short")
    assert config.budget.limit_seconds() == 5400


def test_what_is_chosen_is_what_is_trained(train, started, app):
    train.choose_game("pong")
    train.choose_preset("long")
    train.set_length("0", "10")
    train.set_seed("7")
    train.edit("algorithm.learning_rate", "0.001")
    train.put("deterministic", False)
    train.start()
    config = started[0].config(app)
    assert (config.game, config.preset, config.seed, config.algorithm.learning_rate) == ("pong", "long", 7, 0.001)
    assert config.budget.limit_seconds() == 600


def test_the_run_that_was_started_is_shown(train, started, front):
    train.start()
    assert train.runs.chosen == started[0].id
    assert front.toasts[-1] == ("Training started", "Breakout with PPO", "ok")


def test_choices_are_there_at_the_next_start(train, desk):
    train.choose_game("pong")
    train.choose_preset("medium")
    again = TrainViewModel(desk)
    assert (again.game, again.preset, again.length.words) == ("pong", "medium", "5 h")


def test_the_device_of_the_settings_is_that_of_new_trainings(train, started, desk, app):
    desk.settings.set(device="cpu")
    train.tick()
    train.start()
    assert (started[0].config(app).device, train.changes) == ("cpu", [])


def test_a_length_that_was_typed_is_there_at_the_next_start(train, desk, pause):
    train.choose_preset("long")
    train.set_length("0", "45")
    pause(train)
    assert TrainViewModel(desk).length.words == "45 min"


@pytest.mark.parametrize("kept", [["x", ""], ["0", "0"], ["1"], "1 h", None])
def test_a_length_kept_that_cannot_be_used_gives_way_to_that_of_the_preset(desk, kept):
    desk.settings.remember("train", preset="long", length=kept)
    assert TrainViewModel(desk).length.words == "12 h"


def test_a_faulty_length_is_not_kept(train, desk, pause):
    train.choose_preset("long")
    train.set_length("x", "45")
    pause(train)
    assert TrainViewModel(desk).length.words == "12 h"


@pytest.mark.parametrize("words", ["PAC man", "pacman", "ms"])
def test_games_are_found_by_words_of_their_title(train, words):
    assert "ms_pacman" in [game.name for game in train.found(words)]


def test_games_are_found_by_what_one_does_in_them_after_those_called_so(train):
    assert "pooyan" in [game.name for game in train.found("balloons wolves")]
    tanks = [game.name for game in train.found("tank")]
    assert tanks[0] == "robotank"
    assert "battle_zone" in tanks


def test_a_game_is_told_of_in_a_line(train):
    train.choose_game("pong")
    words = "Return the ball with your paddle and be the first to reach 21 points. 6 actions, no lives. "
    words += "Points are easy to come upon."
    assert about(train.game_spec) == f"{words} People score 15 on average, random play -21."
    assert about(GameSpec(name="mine", title="Mine", summary="", environment="atari")) == ""


def test_well_known_games_come_first_and_all_are_there(train, app):
    assert [game.name for game in train.games[:2]] == ["breakout", "pong"]
    assert {game.name for game in train.games} == set(app.registry.games)


def test_what_to_expect_is_a_guess_until_something_was_measured(train):
    assert not train.expectation.measured
    assert train.expectation.steps == 5400 * CAUTIOUS_STEPS_PER_SECOND
    assert train.expectation.films == (60.0, None)


def test_what_to_expect_is_measured_as_soon_as_something_was_trained(train, tmp_path, app):
    folder = tmp_path / "20261123t041502-pong-ppo-7k3f9dq2mx"
    card = RunBook(app.root)._make_card(folder, train_status(step=50_000, seconds=100.0))
    train.runs.look = Look(recent=(card,))
    train.tick()
    assert (train.expectation.measured, train.expectation.steps) == (True, 5400 * 500)


def test_speed_is_that_of_past_runs_of_the_algorithm(tmp_path, app):
    card = RunBook(app.root)._make_card(
        tmp_path / "20261123t041502-pong-ppo-7k3f9dq2mx", train_status(step=50_000, seconds=100.0)
    )
    short = dataclasses.replace(card, status=train_status(step=9, seconds=1.0))
    assert measured_speed([short, card], "ppo") == 500
    assert measured_speed([card], "dqn") is None
    assert measured_speed([short], "ppo") is None


def train_status(**values):
    from retroml_core.runs.state import RunStatus

    return RunStatus(state=RunState.COMPLETED, **values)


def test_a_faulty_field_forbids_the_start_and_names_itself(train, started):
    train.edit("algorithm.learning_rate", "fast")
    train.start()
    assert (started, train.can_start) == ([], False)
    assert "not a number" in train.form.fault("algorithm.learning_rate")


def test_a_fault_between_two_fields_goes_when_either_is_mended(train, pause):
    train.edit("algorithm.minibatches", "64")
    train.edit("algorithm.rollout_steps", "1")
    pause(train)
    assert train.form.fault("algorithm.minibatches")
    assert not train.can_start
    train.edit("algorithm.rollout_steps", "128")
    pause(train)
    assert train.form.fault("algorithm.minibatches") == ""
    assert train.can_start


def test_a_check_overtaken_by_another_says_nothing(train, pause, desk, monkeypatch):
    begun = []
    monkeypatch.setattr(type(desk), "background", lambda self, *work: begun.append(work))
    for steps in ("1", "128"):
        train.edit("algorithm.rollout_steps", steps)
        pause(train)
    (_, _, refuse_old), (check_new, accept_new, _) = begun
    accept_new(check_new())
    refuse_old(ConfigError("too few", [Problem(key="algorithm.minibatches", value=64, message="too many")]))
    assert train.can_start


def test_a_faulty_length_or_seed_forbids_the_start(train):
    train.set_length("x", "")
    assert not train.can_start
    train.set_length("1", "")
    train.set_seed("-1")
    assert not train.can_start
    train.roll_seed()
    assert train.can_start


@pytest.mark.parametrize("text", ["²", "٣", "1²"])
def test_digits_of_other_scripts_are_no_seed(train, started, text):
    train.set_seed(text)
    assert train.seed_fault == "needs a whole number from 0 to 4294967295, or nothing"
    train.start()
    assert started == []


def test_what_the_whole_config_objects_to_is_said_at_its_field(train, started):
    train.edit("device", "gpu")
    train.start()
    assert started == []
    assert "must be auto, cpu, cuda or cuda:1" in train.form.fault("device")


def test_a_training_that_repeats_exactly_ends_at_the_steps_that_its_length_comes_to(train, started, app, pause):
    train.set_length("2", "")
    train.put("deterministic", True)
    assert train.form.text("budget.steps") == str(7200 * 250)
    pause(train)
    train.start()
    config = started[0].config(app)
    assert (config.deterministic, config.budget.steps, config.budget.limit_seconds()) == (True, 1_800_000, None)


def test_the_steps_of_a_training_that_repeats_exactly_can_be_written(train, started, app, pause):
    train.put("deterministic", True)
    train.edit("budget.steps", "3 000")
    pause(train)
    assert (train.expectation.steps, train.expectation.seconds) == (3000, 12)
    train.start()
    assert started[0].config(app).budget.steps == 3000


def test_the_steps_follow_the_length(train):
    train.put("deterministic", True)
    train.edit("budget.steps", "3000")
    train.set_length("0", "1")
    assert train.form.value("budget.steps") == 15_000
    train.choose_preset("medium")
    assert train.form.value("budget.steps") == 4_500_000


def test_steps_that_were_emptied_are_asked_for(train):
    train.put("deterministic", True)
    train.edit("budget.steps", "")
    assert (train.form.fault("budget.steps"), train.can_start) == ("needs a number", False)
    train.revert("budget.steps")
    assert (train.form.value("budget.steps"), train.can_start) == (1_350_000, True)


@pytest.mark.parametrize("end", [lambda train: train.put("deterministic", False), lambda train: train.reset()])
def test_a_training_that_need_not_repeat_ends_after_its_time(train, started, app, end):
    train.put("deterministic", True)
    train.edit("budget.steps", "x")
    end(train)
    train.start()
    budget = started[0].config(app).budget
    assert (budget.steps, budget.limit_seconds()) == (None, 5400)


def test_a_disk_too_small_is_said_before_anything_is_made(train, started, monkeypatch):
    from retroml_dearpygui.services import expectation

    monkeypatch.setattr(expectation, "free_bytes", lambda folder: 1000)
    train.start()
    assert started == []
    assert "free some, or train for a shorter time" in train.problem


def test_another_algorithm_brings_its_own_settings(train, app):
    train.choose_algorithm("reinforce")
    assert {field.key for field in train.fields(advanced=False)} <= {
        f"algorithm.{name}" for name in app.registry.algorithms["reinforce"].config.__dataclass_fields__
    }
    assert train.form.fields["algorithm.learning_rate"]


def test_a_reset_is_undone_by_its_message(train, front):
    train.edit("algorithm.learning_rate", "0.001")
    train.reset()
    assert train.form.changes == []
    front.undos[-1]()
    assert train.form.changes == ["algorithm.learning_rate"]


def test_deleted_runs_come_back_by_undo(train, started, front, app):
    train.start()
    run_id = started[0].id
    train.runs.delete(run_id)
    front.answer()
    assert [run.id for run in StorageService(app).trashed()] == [run_id]
    front.undos[-1]()
    assert StorageService(app).trashed() == []


def shown_changes(train):
    return [(change.label, change.now, change.usual) for change in train.changes]


def test_nothing_is_changed_at_first(train):
    assert train.changes == []


def test_every_change_is_told_with_what_the_preset_says(train):
    train.set_length("0", "45")
    train.edit("algorithm.learning_rate", "0.001")
    train.put("environment.reward_clip", False)
    train.edit("film.length", "120")
    assert shown_changes(train) == [
        ("Length", "45 min", "1 h 30 min"),
        ("Learning rate", "0.001", "0.00025"),
        ("Environment: reward clip", "off", "on"),
        ("Film: length", "120", "60"),
    ]


def test_what_is_typed_wrongly_is_a_change_too(train):
    train.set_length("soon", "5")
    train.edit("algorithm.learning_rate", "fast")
    assert shown_changes(train) == [("Length", "soon h 5 min", "1 h 30 min"), ("Learning rate", "fast", "0.00025")]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("length", lambda train: train.set_length("3", "x")),
        ("algorithm.learning_rate", lambda train: train.edit("algorithm.learning_rate", "fast")),
        ("algorithm.environments", lambda train: train.edit("algorithm.environments", "16")),
        ("deterministic", lambda train: train.put("deterministic", True)),
        ("network.name", lambda train: train.put("network.name", "small")),
        ("network.channels", lambda train: train.edit("network.channels", "8, 8, 8")),
        ("notes", lambda train: train.edit("notes", "a try")),
    ],
)
def test_each_change_goes_back_with_one_click(train, key, change):
    change(train)
    assert [one.key for one in train.changes] == [key]
    train.revert(key)
    assert train.changes == []
    assert train.can_start


def test_a_reset_takes_the_length_back_too_and_undo_both(train, front):
    train.set_length("0", "45")
    train.edit("notes", "a try")
    train.reset()
    assert (train.changes, train.length.words) == ([], "1 h 30 min")
    front.undos[-1]()
    assert [one.key for one in train.changes] == ["length", "notes"]


def test_a_part_is_reset_alone(train, front):
    train.set_length("0", "45")
    train.edit("algorithm.learning_rate", "0.001")
    train.edit("algorithm.gae_lambda", "0.9")
    train.put("algorithm.clip_value", False)
    train.reset(train.fields(advanced=False))
    assert [one.key for one in train.changes] == ["length", "algorithm.clip_value"]
    front.undos[-1]()
    assert len(train.changes) == 4


def test_another_preset_brings_its_own_length_and_keeps_what_was_changed(train):
    train.set_length("0", "45")
    train.edit("algorithm.learning_rate", "0.001")
    train.choose_preset("long")
    assert [change.key for change in train.changes] == ["algorithm.learning_rate"]


def test_what_hinders_the_start_is_said_where_one_sees_it(train, pause):
    train.edit("algorithm.rollout_steps", "1")
    train.edit("algorithm.minibatches", "64")
    train.set_seed("x")
    assert train.obstacles == ["Seed: needs a whole number from 0 to 4294967295, or nothing"]
    train.set_seed("")
    pause(train)
    assert train.obstacles == ["Minibatches: a rollout has only 8 steps (environments x rollout_steps)"]


@pytest.fixture
def student(desk, train):
    """The view-model as a student sees it."""
    desk.settings.set(mode=2)
    train.tick()
    return train


def test_nothing_is_loaded_to_tell_what_nobody_sees(train):
    assert train.prospects.networks == ()


def test_networks_are_chosen_from_what_plugins_offer(student, pause):
    train = student
    assert [network.name for network in train.prospects.networks] == ["nature", "small", "impala", "attention", "mlp"]
    assert (train.prospects.network.title, train.prospects.network.parameters) == ("Nature CNN", 1_686_693)
    train.put("network.name", "small")
    pause(train)
    assert train.prospects.network.parameters < 1_000_000


def test_a_network_that_cannot_be_made_says_why(train, pause):
    train.edit("network.heads", "3")
    pause(train)
    assert "network.heads" in train.form.fields
    assert not train.can_start
    assert train.obstacles[0].startswith("Heads: nature has none of these")


def test_an_algorithm_with_a_network_of_its_own_offers_none(train):
    train.choose_algorithm("random")
    assert (train.prospects.networks, train.prospects.network) == ((), None)


def test_the_memory_of_a_replay_is_told(train, pause):
    assert train.expectation.replay_words == ""
    train.choose_algorithm("dqn")
    assert "of memory" in train.expectation.replay_words
    train.put("algorithm.replay_storage", "mapped")
    pause(train)
    assert "of disk" in train.expectation.replay_words


def test_what_is_doubtful_but_allowed_is_told(train, pause):
    train.put("network.name", "small")
    train.edit("network.strides", "7, 3")
    pause(train)
    (warning,) = train.expectation.warnings
    assert warning.key == "network.strides"
    assert train.can_start


@pytest.fixture
def known(monkeypatch):
    """A reference library of two figures."""
    figures = [
        Reference(game="breakout", algorithm="ppo", steps=60_000, low=2.0, high=3.0, source="us"),
        Reference(game="breakout", algorithm="ppo", steps=10_000_000, low=390.0, high=430.0, source="others"),
    ]
    monkeypatch.setattr(train_viewmodel, "read_reference", lambda: ReferenceLibrary(figures))


def test_each_preset_promises_something(known, desk):
    assert [(card.name, card.length, card.scores) for card in desk.viewmodel(TrainViewModel).prospects.presets] == [
        ("short", "1 h 30 min", "52 to 260"),
        ("medium", "5 h", "180 to 360"),
        ("long", "12 h", "390 to 430"),
    ]


def test_the_scores_to_expect_are_those_of_the_length_typed(known, desk, pause):
    train = desk.viewmodel(TrainViewModel)
    train.set_length("0", "5")
    pause(train)
    assert train.prospects.scores.startswith("Known scores: 2 to 3 (after 60 k steps: us).")


@pytest.mark.parametrize(
    ("key", "there", "elsewhere"),
    [("metrics", "standard", "csv"), ("exporters", "tensorboard", "csv"), ("film.renderers", "timelapse", "standard")],
)
def test_lists_of_names_tell_which_names_there_are(train, key, there, elsewhere):
    words = train.form.fields[key].tooltip
    assert f" {there}" in words
    assert f" {elsewhere}" not in words
