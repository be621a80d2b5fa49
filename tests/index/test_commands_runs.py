"""The commands on runs, from the command line's side."""

from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from types import SimpleNamespace

import pytest

from retroml_core.commands.rerun import repeated
from retroml_core.config.composing import ConfigError, compose, to_tree
from retroml_core.events import ControlAck, EpisodeFinished, ProblemFound, RunState
from retroml_core.files import write_json
from retroml_core.plugins.registry import resolve
from retroml_core.plugins.suggestions import UnknownName
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.control import Mailbox
from retroml_core.runs.labels import Labels, write_labels
from retroml_core.runs.run import RunNotFound, create_run
from retroml_core.runs.state import StateFile
from retroml_core.services.control import ControlService, NotAtWork
from retroml_core.terminal.printing import print_json
from retroml_core.testing import tiny_app

COMMANDS = ("runs", "show", "pause", "resume", "stop", "checkpoint", "rerun", "reindex")


@pytest.fixture
def retroml(app, capsys):
    """`retroml(*words)` runs a command; its exit code, output and errors."""

    def run(*words):
        capsys.readouterr()
        code = resolve(app.registry.commands[words[0]].factory)(app, list(words[1:]))
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def trained(make_run):
    """A run on Catch with some scores."""
    fake = make_run(game="catch", algorithm="random", tags=["first"], name="Mine", notes="some words")
    for step, score in ((10, 1.0), (20, 9.0)):
        fake.say(EpisodeFinished(number=step, environment=0, score=score, length=1, first_step=0, seconds=2.0), step=step)
    fake.status(state=RunState.STOPPED, attempt=1, step=20, frames=80, episodes=2, fraction=0.5, seconds=2.0, mean_score=5.0)
    return fake


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_each_has_help(retroml, command, capsys):
    with pytest.raises(SystemExit) as ended:
        retroml(command, "--help")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: retroml {command}")


@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_use_is_code_2(retroml, command):
    with pytest.raises(SystemExit) as ended:
        retroml(command, "--no-such-flag")
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["runs", "--limit", "-1"], "a whole number from 0 on"),
        (["stop", "latest", "--timeout", "nan"], "a number from 0 on"),
        (["pause", "latest", "--timeout", "-1"], "a number from 0 on"),
    ],
)
def test_a_number_that_makes_no_sense_is_wrong_use(retroml, words, allowed, capsys):
    with pytest.raises(SystemExit) as ended:
        retroml(*words)
    assert ended.value.code == 2
    assert f"must be {allowed}, not '{words[-1]}'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["show", "pause", "resume", "stop", "checkpoint", "rerun"])
def test_an_unknown_run_is_told(retroml, command):
    with pytest.raises(RunNotFound):
        retroml(command, "nothing")


def test_neither_start_nor_help_load_the_database():
    code = (
        "import sys; from retroml_core.cli import main\n"
        "codes = [main(['--safe', *words]) for words in (['--help'], ['plugins'], ['games'], ['runs', '--help'])]\n"
        "print(codes, 'sqlalchemy' in sys.modules, 'alembic' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr.endswith("[0, 0, 0, 0] False False\n")


def test_numbers_that_json_does_not_know_are_null(capsys):
    print_json({"a": [math.nan, 1.5], "b": {"c": -math.inf}, "d": "é"})
    assert json.loads(capsys.readouterr().out) == {"a": [None, 1.5], "b": {"c": None}, "d": "é"}


# --- runs -------------------------------------------------------------------------------------------------------------


def test_runs_says_when_there_are_none(retroml, root):
    assert retroml("runs") == (0, "", f"no run in {root.path} fits; start one with: retroml\n")


def test_runs_are_listed_in_a_table(retroml, trained):
    code, out, _ = retroml("runs")
    head, row = out.splitlines()
    assert code == 0
    assert head.split() == ["id", "when", "game", "algorithm", "state", "steps", "mean", "best", "trained", "tags"]
    assert row.startswith(f"{trained.run.id[:15]}  2026-11-2")
    assert row.split()[3:] == ["catch", "random", "stopped", "20", "5", "-", "2", "s", "first"]


def test_runs_as_json_say_everything(retroml, trained):
    _, out, _ = retroml("runs", "--json")
    (row,) = json.loads(out)
    assert row["id"] == trained.run.id
    assert (row["state"], row["tags"], row["notes"]) == ("stopped", ["first"], "some words")
    assert row["created_at"] == "2026-11-23T04:15:01+00:00"
    assert row["started_at"].startswith("2026-11-2")
    assert row["ended_at"] is None


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ([], [3, 2, 1]),
        (["--game", "catch"], [3, 1]),
        (["--algorithm", "a2c"], [2]),
        (["--state", "stopped", "failed"], [2, 1]),
        (["--tag", "x"], [2, 1]),
        (["--tag", "x", "y"], [1]),
        (["--limit", "1"], [3]),
        (["--limit", "0"], [3, 2, 1]),
        (["--group", "g"], [2]),
        (["special"], [1]),
        (["--sort", "steps"], [1, 2, 3]),
    ],
    ids=str,
)
def test_runs_can_be_chosen(retroml, make_run, words, numbers):
    one = make_run(1, game="catch", tags=["x", "y"], name="A special one")
    two = make_run(2, game="tinygame", algorithm="a2c", tags=["x"], group="g")
    make_run(3, game="catch", tags=["y"])
    one.status(state=RunState.STOPPED, step=9)
    two.status(state=RunState.FAILED, step=5)
    _, out, _ = retroml("runs", "--json", *words)
    assert [row["seed"] for row in json.loads(out)] == numbers


def test_an_unknown_game_is_told(retroml):
    with pytest.raises(UnknownName, match="catch"):
        retroml("runs", "--game", "cach")


def test_a_broken_folder_is_told_besides(retroml, trained, make_run):
    bad = make_run(2)
    (bad.run.folder / "config.json").write_text("{")
    code, out, err = retroml("runs")
    assert code == 0
    assert trained.run.id[:15] in out
    assert f"{bad.run.id} is not in the index" in err


def test_a_damaged_index_is_told_and_no_run_is_lost(retroml, trained, app):
    app.root.database.write_bytes(b"no database " * 1000)
    code, out, err = retroml("runs")
    assert code == 0
    assert trained.run.id[:15] in out
    assert "rebuilt from the run folders; no run was lost" in err
    assert retroml("runs")[2] == ""


# --- show -------------------------------------------------------------------------------------------------------------


def test_show_is_a_page_of_what_matters(retroml, trained):
    CheckpointStore(trained.run.checkpoints_folder).save(20, {"x": 1}, {}, {"score": 5.0}, why="stop")
    trained.say(ProblemFound(message="a cloud", hint="wait"), step=12)
    packages = {"numpy": "2.0", "other": "1"}
    made = {"python": "3.11", "packages": packages, "system": {"os": "Linux"}, "git": {"commit": "abc", "dirty": True}}
    write_json(trained.run.folder / "provenance.json", made)
    code, out, _ = retroml("show", trained.run.id[:18])
    assert code == 0
    for part in (
        trained.run.id,
        "Mine",
        "catch with random, seed 1",
        "stopped",
        "50 %, 2 s trained",
        "20 (80 frames)",
        "mean 5 of the last 100 episodes",
        "▁█",
        "first",
        "some words",
        "learning_rate=0.001",
        "000000000020 (stop, score 5)",
        "Linux",
        "numpy 2.0",
        "abc",
        "step 12: a cloud (wait)",
    ):
        assert part in out
    assert "other" not in out


def test_show_takes_the_latest_by_itself(retroml, make_run):
    make_run(1)
    assert make_run(2).run.id in retroml("show")[1]


def test_show_as_json_says_everything(retroml, trained):
    _, out, _ = retroml("show", "--json")
    found = json.loads(out)
    assert found["config"] == trained.run.tree
    assert found["status"]["state"] == "stopped"
    assert found["scores"] == {"steps": [10, 20], "means": [1, 9]}
    assert found["metrics"]["score"] == {"last": 9, "lowest": 1, "highest": 9}
    assert found["labels"] == {"name": "Mine", "tags": ["first"], "notes": "some words"}
    assert found["checkpoints"] == found["films"] == found["problems"] == []


def test_show_of_a_run_that_never_began(retroml, make_run):
    make_run()
    code, out, _ = retroml("show")
    assert code == 0
    assert "waiting for its process" in out
    assert "none yet" in out


def test_show_takes_labels_written_later(retroml, trained):
    write_labels(trained.run.folder, Labels(name="Renamed"))
    assert "Renamed" in retroml("show")[1]


# --- control ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def answering(monkeypatch, at_work):
    """`answering(fake, ok, message, then)`: while a command waits, the run answers and does `then`."""

    def begin(fake, ok=True, message="done", then=lambda: None, **status):
        at_work(fake, **status)

        def sleep(_):
            for command in Mailbox(fake.run.control_folder).take():
                fake.say(ControlAck(id=command.id, verb=command.verb, ok=ok, message=f"{command.verb}: {message}"), step=20)
                then()

        monkeypatch.setattr(ControlService.__init__, "__kwdefaults__", {"sleep": sleep})

    return begin


@pytest.mark.parametrize("verb", ["pause", "checkpoint"])
def test_what_came_of_a_command_is_told(retroml, trained, answering, verb):
    answering(trained, message="as asked")
    assert retroml(verb, "latest") == (0, f"{trained.run.id}: {verb}: as asked\n", "")


@pytest.mark.parametrize("verb", ["pause", "checkpoint", "stop"])
def test_a_refusal_is_told_and_fails(retroml, trained, answering, verb):
    answering(trained, ok=False, message="not now")
    assert retroml(verb, "latest") == (1, "", f"{trained.run.id}: {verb}: not now\n")


@pytest.mark.parametrize("ok", [True, False])
def test_what_came_of_a_command_as_json(retroml, trained, answering, ok):
    answering(trained, ok=ok, message="as asked")
    code, out, err = retroml("pause", "latest", "--json")
    assert (code, err) == (0 if ok else 1, "")
    assert json.loads(out) == {"id": trained.run.id, "ok": ok, "message": "pause: as asked"}


@pytest.mark.parametrize("verb", ["pause", "checkpoint", "stop"])
def test_nobody_at_work_is_told(retroml, trained, verb):
    with pytest.raises(NotAtWork, match="is stopped"):
        retroml(verb, "latest")


def test_no_answer_fails(retroml, trained, at_work):
    at_work(trained)
    code, _, err = retroml("pause", "latest", "--timeout", "0")
    assert code == 1
    assert "did not answer within 0 s" in err


def test_stop_waits_until_it_is_saved(retroml, trained, answering):
    def end():
        CheckpointStore(trained.run.checkpoints_folder).save(20, {"x": 1}, {}, why="stop")
        trained.status(state=RunState.STOPPED, step=20)

    answering(trained, then=end)
    code, out, _ = retroml("stop", "latest")
    assert (code, out) == (0, f"{trained.run.id}: stopped at step 20, saved as checkpoint 000000000020\n")


def test_stop_does_not_wait_for_films(retroml, trained, answering, at_work):
    def make_films():
        at_work(trained, state=RunState.STOPPING, step=20, activity="film timelapse")

    answering(trained, then=make_films)
    code, out, _ = retroml("stop", "latest")
    assert (code, out) == (0, f"{trained.run.id}: stopped at step 20, with nothing to save; its films are being made\n")


def test_stop_that_takes_too_long_fails(retroml, trained, answering, monkeypatch):
    answering(trained)
    monkeypatch.setattr(ControlService, "wait_until", lambda *_, **__: False)
    code, _, err = retroml("stop", "latest", "--timeout", "60")
    assert code == 1
    assert "was not done within 60 s" in err


def test_resume_wakes_a_paused_run(retroml, trained, answering):
    answering(trained, state=RunState.PAUSED, message="going on")
    assert retroml("resume", "latest") == (0, f"{trained.run.id}: resume: going on\n", "")


def test_resume_starts_a_process_and_follows_from_the_next_attempt(retroml, trained, monkeypatch):
    started, followed = [], []
    monkeypatch.setattr("retroml_core.commands.control_commands._check_config", lambda app, run: None)
    monkeypatch.setattr("retroml_core.runs.launching.start_worker", lambda run: started.append(run.id))
    monkeypatch.setattr("retroml_core.terminal.progress.follow", lambda run, attempt: followed.append((run.id, attempt)) or 7)
    assert retroml("resume", "latest")[0] == 7
    assert started == [trained.run.id]
    assert followed == [(trained.run.id, 2)]


@pytest.mark.parametrize(("begins", "code"), [(True, 0), (False, 1)])
def test_a_detached_resume_returns_once_the_process_is_at_work(retroml, trained, monkeypatch, begins, code):
    def start(run):
        if begins:
            StateFile(run.folder, attempt=2).move(RunState.STARTING)
        return SimpleNamespace(poll=lambda: None if begins else 3)

    monkeypatch.setattr("retroml_core.commands.control_commands._check_config", lambda app, run: None)
    monkeypatch.setattr("retroml_core.runs.launching.start_worker", start)
    ended, said, complaint = retroml("resume", "latest", "--detach")
    assert (ended, said) == (code, f"{trained.run.id}\n" if begins else "")
    assert begins or f"its process did not begin; {trained.run.log_file} may say why" in complaint


@pytest.mark.parametrize(("state", "words"), [(RunState.RUNNING, "running already"), (RunState.COMPLETED, "whole budget")])
def test_there_is_not_always_something_to_resume(retroml, trained, at_work, state, words):
    from retroml_core.commands.control_commands import NotResumable

    at_work(trained, state=state)
    with pytest.raises(NotResumable, match=words):
        retroml("resume", "latest")


def test_resume_with_a_config_that_cannot_be_used_says_so(retroml, make_run):
    fake = make_run(game="catch", algorithm="missing_one")
    fake.status(state=RunState.STOPPED)
    with pytest.raises(ConfigError, match="missing_one"):
        retroml("resume", "latest")


# --- rerun ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def composed(tmp_path_factory):
    settings = ["game=catch", "algorithm=random", "seed=5", "budget.steps=100", "film.renderers=[]", "tags=[a]"]
    with tiny_app(tmp_path_factory.mktemp("composed")) as app:
        return compose(app, settings)


@pytest.fixture
def original(app, composed):
    return create_run(app, copy.deepcopy(composed))


def test_a_rerun_has_the_same_settings_and_another_identity(app, original):
    again = to_tree(repeated(app, original.tree, []))
    differing = {key for key in again if again[key] != original.tree[key]}
    assert differing == {"id", "created_at", "parent"}
    assert again["parent"] == {"id": original.id, "relation": "forked_from", "checkpoint": ""}
    assert again["seed"] == 5


def test_a_rerun_takes_changes(app, original):
    config = repeated(app, original.tree, ["seed=9", "algorithm.environments=3", "budget.minutes=2", "tags=[b,c]"])
    assert (config.seed, config.algorithm.environments, config.budget.minutes, config.tags) == (9, 3, 2.0, ["b", "c"])
    assert config.budget.steps is None  # a budget asked for replaces the saved one


def test_a_rerun_can_play_another_game_with_another_algorithm(app, original):
    config = repeated(app, original.tree, ["algorithm=random", "environment=catch", "environment.balls=3"])
    assert (config.algorithm.environments, config.environment.balls) == (8, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("algorithm=dqqn", "dqqn"),
        ("algorithm.environmnts=3", "environmnts"),
        ("budget.steps=-1", "budget.steps"),
        ("nonsense", "write KEY=VALUE"),
        ("=3", "write KEY=VALUE"),
        ("+a=3", "write KEY=VALUE"),
        ("seed=many", "seed"),
    ],
)
def test_a_wrong_change_is_told(app, original, change, words):
    with pytest.raises(ConfigError, match=words):
        repeated(app, original.tree, [change])


def test_a_dry_rerun_shows_the_config_and_starts_nothing(retroml, app, original):
    code, out, _ = retroml("rerun", original.id, "seed=7", "--dry-run")
    assert code == 0
    assert json.loads(out)["seed"] == 7
    assert len(app.root.run_folders()) == 1


# --- reindex ----------------------------------------------------------------------------------------------------------


def test_reindex_counts_the_runs(retroml, trained, app):
    assert retroml("reindex") == (0, f"the index {app.root.database} holds 1 run\n", "")


def test_reindex_fails_when_a_folder_cannot_be_read(retroml, trained, make_run):
    bad = make_run(2)
    (bad.run.folder / "config.json").write_text("{")
    code, out, err = retroml("reindex", "--json")
    assert code == 1
    assert json.loads(out)["runs"] == 1
    assert bad.run.id in err
