"""The command line: what goes where, exit codes, and no traceback for a user's mistake."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from omegaconf import OmegaConf

from retroml_core import cli
from retroml_core.app import App
from retroml_core.cli import main
from retroml_core.events import RunState
from retroml_core.hookspecs import hookimpl
from retroml_core.runs.roots import DataRoot, RootError
from retroml_core.runs.run import Run
from retroml_core.schema import NetworkConfig
from retroml_core.sizing import NetworkSize, Sizes
from retroml_core.specs import CommandSpec
from retroml_core.terminal import multirun, start
from retroml_core.testing.apps import tiny_app


@pytest.fixture
def plugin():
    return SimpleNamespace()


@pytest.fixture
def home(tmp_path, monkeypatch, plugin):
    """The command line of the core alone with the tiny game and `plugin`, once it has a hook; nothing is ever started."""
    folder = tmp_path / "home"

    def opened(cls, safe=False):
        return tiny_app(folder, {"extra": plugin} if vars(plugin) else {})

    monkeypatch.setattr(App, "open", classmethod(opened))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def started(monkeypatch):
    """The runs whose process would have been started, and what following each of them returns."""
    runs = []
    codes = {}

    def follow(run: Run) -> int:
        return codes.get(run.tree["seed"], 0)

    monkeypatch.setattr("retroml_core.runs.launching.start_worker", runs.append)
    monkeypatch.setattr(start, "follow", follow)
    monkeypatch.setattr(multirun, "follow", follow)
    return SimpleNamespace(runs=runs, codes=codes)


# --- commands ---------------------------------------------------------------------------------------------------------


def wave(app: App, argv: list[str]) -> int:
    sys.stdout.write(f"wave {argv}\n")
    return 7


@pytest.fixture
def with_wave(plugin):
    spec = CommandSpec(name="wave-hand", title="Wave", summary="Wave.", factory="retroml_test_wave:wave")
    plugin.retroml_commands = hookimpl(lambda: [spec])
    sys.modules["retroml_test_wave"] = SimpleNamespace(wave=wave)
    yield
    del sys.modules["retroml_test_wave"]


def test_a_bare_word_is_a_command_with_its_own_exit_code(with_wave, home, capsys):
    assert main(["wave-hand", "--detach", "seed=1"]) == 7
    assert capsys.readouterr().out == "wave ['--detach', 'seed=1']\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (lambda app, argv: {}["hand"], "the command 'wave-hand' of extra failed: KeyError: 'hand'"),
        (lambda app, argv: None, "the command 'wave-hand' of extra must return an exit code, a whole number, not None"),
    ],
)
def test_a_command_of_a_plugin_that_fails_is_told_with_its_plugin(with_wave, home, capsys, monkeypatch, body, said):
    monkeypatch.setattr(sys.modules["retroml_test_wave"], "wave", body)
    assert main(["wave-hand"]) == 1
    assert capsys.readouterr().err.endswith(f"{said}\n")


def test_an_unknown_command_brings_suggestions(home, capsys):
    assert main(["gmaes"]) == 2
    assert capsys.readouterr().err == "no command is called 'gmaes'; did you mean games?\n"


def test_whoever_looks_for_a_command_to_train_is_told_how(home, capsys):
    assert main(["train"]) == 2
    assert "to train, write KEY=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["plugins", "games", "algorithms", "doctor", "config"])
def test_every_command_has_help(name, home, capsys):
    assert main([name, "--help"]) == 0
    assert f"usage: retroml {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["plugins", "games", "algorithms", "doctor"])
def test_wrong_use_of_a_command(name, home, capsys):
    assert main([name, "--nonsense"]) == 2
    assert "--nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["plugins", "games", "algorithms", "doctor"])
def test_data_comes_as_json_too(name, home, capsys):
    assert main([name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_plugins_lists_who_offers_what(home, capsys):
    assert main(["plugins"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["plugin", "version", "distribution", "offers"]
    assert lines[1].split()[:3] == ["builtin", lines[1].split()[1], "retroml-core"]
    assert any(line.startswith("tiny") and "environments, games" in line for line in lines)


def test_plugins_trusts_a_file(home, capsys):
    folder = home / "plugins"
    folder.mkdir(parents=True)
    (folder / "mine.py").write_text("x = 1\n")
    assert main(["plugins", "trust", "mine"]) == 0
    assert "mine" in json.loads((folder / "trusted.json").read_text())
    assert main(["plugins", "untrust", "mine"]) == 0
    assert main(["plugins", "untrust", "mine"]) == 2
    assert main(["plugins", "trust"]) == 2


def test_games_can_be_searched(home, capsys):
    assert main(["games", "cat"]) == 0
    out = capsys.readouterr().out
    assert "catch" in out
    assert "tiny" not in out


def test_games_are_found_by_their_description_which_is_printed(home, capsys):
    assert main(["games", "paddle"]) == 0
    assert "Catch: Move the paddle under the falling ball." in capsys.readouterr().out


def test_games_shows_actions(home, capsys):
    assert main(["games", "catch", "--actions"]) == 0
    assert "NOOP, LEFT, RIGHT" in capsys.readouterr().out


def test_no_game_found_is_an_error(home, capsys):
    assert main(["games", "chess"]) == 1
    assert "chess" in capsys.readouterr().err


def test_algorithms_shows_settings_with_default_range_and_help(home, capsys):
    assert main(["algorithms", "random"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("algorithm.environments"))
    assert "8" in line
    assert "between 1 and 1024" in line
    assert "How many games are played at once." in line


def test_an_unknown_algorithm(home, capsys):
    assert main(["algorithms", "rnadom"]) == 2
    assert "did you mean random?" in capsys.readouterr().err


# --- doctor -----------------------------------------------------------------------------------------------------------


def test_doctor_looks_at_everything(home, capsys):
    assert main(["doctor", "--json"]) == 0
    topics = {finding["topic"] for finding in json.loads(capsys.readouterr().out)}
    assert {"system", "memory", "packages", "plugins", "gpu", "device", "data folder", "cores"} <= topics


def test_doctor_makes_no_data_folder(home, capsys):
    assert main(["doctor"]) == 0
    assert "not there yet, the first training makes it" in " ".join(capsys.readouterr().out.split())
    assert not home.exists()


def test_doctor_makes_a_report(home, capsys):
    assert main(["doctor", "--report"]) == 0
    assert all(line.startswith("- **") for line in capsys.readouterr().out.splitlines())


def test_doctor_says_when_the_data_folder_cannot_be_used(home, capsys):
    home.write_text("a file")
    assert main(["doctor"]) == 1
    assert "BAD   data folder" in capsys.readouterr().out


def test_doctor_survives_what_it_looks_at(home, capsys, monkeypatch):
    monkeypatch.setattr("retroml_core.training.devices.probe", lambda: [][0])
    assert main(["doctor"]) == 1
    assert "could not be examined: IndexError" in capsys.readouterr().out


# --- training ---------------------------------------------------------------------------------------------------------


def test_overrides_start_one_run_and_follow_it(home, started):
    assert main(["game=tiny", "seed=5"]) == 0
    (run,) = started.runs
    assert (run.tree["game"], run.tree["seed"], run.tree["id"]) == ("tiny", 5, run.id)


def test_no_argument_trains_the_default(home, started):
    assert main([]) == 0
    assert started.runs[0].tree["game"] == "catch"


def test_the_exit_code_is_that_of_the_run(home, started):
    started.codes[5] = 75
    assert main(["seed=5"]) == 75


def test_what_the_run_needs_is_said_first(home, started, capsys):
    main(["seed=5"])
    assert "This run needs at most" in capsys.readouterr().err


def test_warnings_are_said(home, started, capsys):
    main(["checkpoints.every_minutes=0.1"])
    assert "warning: checkpoints.every_minutes=0.1: is usually at least 0.5" in capsys.readouterr().err


def test_detach_prints_the_id_and_does_not_follow(home, started, capsys, monkeypatch):
    monkeypatch.setattr(start, "follow", lambda run: pytest.fail("followed"))
    assert main(["--detach", "seed=5"]) == 0
    assert capsys.readouterr().out == f"{started.runs[0].id}\n"


def test_dry_run_as_json_says_all_of_it(home, started, capsys):
    assert main(["seed=5", "checkpoints.every_minutes=0.1", "--dry-run", "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["config"]["seed"] == 5
    assert found["disk_bytes"]["total"] > 0
    assert "is usually at least 0.5" in found["warnings"][0]
    assert (err, started.runs) == ("", [])


def test_dry_run_of_a_multirun_as_json_is_one_list(home, started, capsys):
    assert main(["--multirun", "seed=1,2", "--dry-run", "--json"]) == 0
    assert [found["config"]["seed"] for found in json.loads(capsys.readouterr().out)] == [1, 2]
    assert started.runs == []


def test_json_without_dry_run_is_wrong_use(home, started, capsys):
    assert main(["seed=5", "--json"]) == 2
    assert "--json goes with --dry-run" in capsys.readouterr().err
    assert started.runs == []


def test_dry_run_starts_nothing(home, started, capsys):
    assert main(["seed=5", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 5
    assert (started.runs, home.exists()) == ([], False)


def test_a_full_disk_is_refused_before_anything_is_made(home, started, capsys, monkeypatch):
    monkeypatch.setattr(start, "free_bytes", lambda folder: 1000)
    assert main(["seed=5"]) == 2
    assert "not enough disk for this run" in capsys.readouterr().err
    assert (started.runs, home.exists()) == ([], False)


def test_a_data_root_that_cannot_be_made_is_no_full_disk(home, started, capsys, monkeypatch):
    def refuse(root):
        raise RootError(f"cannot write to the data folder {root.path}")

    monkeypatch.setattr(DataRoot, "prove", refuse)
    monkeypatch.setattr(start, "free_bytes", lambda folder: 0)
    assert main(["seed=5"]) == 2
    assert capsys.readouterr().err.endswith(f"cannot write to the data folder {home}\n")


def test_a_network_that_does_not_fit_is_refused_with_those_that_do(home, started, capsys, monkeypatch):
    sizes = (
        NetworkSize(name=NetworkConfig().name, title="", summary="", problem="network.kernels: convolution 3 is too large"),
        NetworkSize(name="flat", title="", summary=""),
    )
    monkeypatch.setattr(start, "sizes_of", lambda config, app: Sizes(networks=sizes))
    assert main(["seed=5"]) == 2
    assert re.search(r"convolution 3 is too large; .* these do: flat", capsys.readouterr().err)
    assert (started.runs, home.exists()) == ([], False)


def test_a_refusal_is_said(plugin, home, started, capsys):
    plugin.retroml_refuse_run = hookimpl(lambda config: "your quota is used up")
    assert main(["seed=5"]) == 2
    assert "your quota is used up" in capsys.readouterr().err
    assert started.runs == []


def test_a_data_root_that_cannot_be_written_is_said(home, started, capsys):
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file")
    assert main(["seed=5"]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err
    assert started.runs == []


@pytest.mark.parametrize(
    "argument", ["game=chess", "seed=-1", "seed=abc", "sede=1", "algorithm=nope", "=", "a b=c", "seed=[", "+x"]
)
def test_a_mistake_is_one_message_and_code_2(home, started, capsys, argument):
    assert main([argument]) == 2
    err = capsys.readouterr().err
    assert err.strip()
    assert "Traceback" not in err
    assert started.runs == []


def test_failures_of_plugins_are_said_before_training(plugin, home, started, capsys):
    plugin.retroml_games = hookimpl(lambda: [][0])
    main(["seed=5"])
    assert "plugin extra (in this process) failed in retroml_games" in capsys.readouterr().err


def test_ctrl_c_is_130(home, started, capsys, monkeypatch):
    def interrupt(run):
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "follow", interrupt)
    assert main(["seed=5"]) == 130


def test_an_error_of_the_system_is_one_line(home, monkeypatch, capsys):
    def fail(safe=False):
        raise PermissionError(13, "Permission denied", "/somewhere")

    monkeypatch.setattr(App, "open", fail)
    assert main([]) == 1
    assert capsys.readouterr().err == "/somewhere: Permission denied\n"


def test_our_own_bugs_are_loud(home, monkeypatch):
    monkeypatch.setattr(cli, "_dispatch", lambda app, arguments: [][0])
    with pytest.raises(IndexError):
        main([])


def test_nothing_is_left_in_the_folder_of_the_user(home, started, tmp_path):
    main(["seed=5"])
    main(["--multirun", "seed=6"])
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


# --- multirun ---------------------------------------------------------------------------------------------------------


def test_each_job_is_a_run_of_its_own_in_one_group(home, started):
    assert main(["game=tiny", "--multirun", "seed=1,2"]) == 0
    trees = [run.tree for run in started.runs]
    assert [tree["seed"] for tree in trees] == [1, 2]
    assert len({tree["id"] for tree in trees}) == 2
    assert len({tree["group"] for tree in trees}) == 1
    assert trees[0]["group"]
    assert {tree["environment"]["name"] for tree in trees} == {"tiny"}


def test_jobs_may_play_different_games(home, started):
    assert main(["--multirun", "game=tiny,catch"]) == 0
    assert [run.tree["environment"]["name"] for run in started.runs] == ["tiny", "catch"]


def test_a_group_asked_for_stays(home, started):
    main(["--multirun", "seed=1", "group=mine"])
    assert [run.tree["group"] for run in started.runs] == ["mine"]


def test_a_bad_job_does_not_keep_the_others_from_their_turn(home, started, capsys):
    assert main(["--multirun", "seed=-1,2"]) == 2
    assert [run.tree["seed"] for run in started.runs] == [2]
    err = capsys.readouterr().err
    assert "2 jobs, 1 failed:" in err
    assert "    seed=-1: must be between 0 and 4294967295" in err


def test_a_run_that_fails_does_not_either(home, started, capsys):
    started.codes[1] = 1
    assert main(["--multirun", "seed=1,2"]) == 1
    assert [run.tree["seed"] for run in started.runs] == [1, 2]
    err = capsys.readouterr().err
    assert "ended with exit code 1" in err
    assert "HYDRA" not in err.upper()


def test_a_sweeper_that_optimises_is_told_of_a_job_that_fails(home, started, monkeypatch):
    monkeypatch.setattr(multirun, "COUNTING_SWEEPER", "another")
    started.codes[1] = 1
    main(["--multirun", "seed=1,2", "hydra.sweeper.max_batch_size=1"])
    assert [run.tree["seed"] for run in started.runs] == [1]


def test_a_run_that_is_stopped_ends_the_multirun(home, started, monkeypatch, capsys):
    monkeypatch.setattr(Run, "status", lambda run: SimpleNamespace(state=RunState.STOPPED, mean_score=None, reason=""))
    assert main(["--multirun", "seed=1,2"]) == 130
    assert [run.tree["seed"] for run in started.runs] == [1]


def test_an_option_that_is_not_there_starts_no_job(home, started, capsys):
    assert main(["--multirun", "algorithm=nope", "seed=1,2"]) == 2
    assert started.runs == []


def test_a_wrong_flag_is_wrong_use(home, started):
    assert main(["--nonsense"]) == 2
    assert started.runs == []


def test_hydra_shows_the_config(home, capsys):
    assert main(["--cfg", "job", "game=tiny"]) == 0
    out = capsys.readouterr().out
    assert "name: tiny" in out


def test_the_command_line_of_the_process_is_put_back(home, started):
    before = list(sys.argv)
    main(["--multirun", "seed=1"])
    assert sys.argv == before


# --- configs as files -------------------------------------------------------------------------------------------------


@pytest.fixture
def run(home, started):
    main(["seed=5", "budget.hours=2", "game=tiny"])
    return started.runs.pop()


def test_a_config_is_exported_and_imported(run, tmp_path, capsys):
    assert main(["config", "export", "latest", "--output", str(tmp_path / "mine.json")]) == 0
    capsys.readouterr()
    assert main(["config", "import", str(tmp_path / "mine.json")]) == 0
    assert json.loads(capsys.readouterr().out) == run.tree


def test_a_config_is_exported_in_the_flat_form(run, capsys):
    capsys.readouterr()
    assert main(["config", "export", run.id[:20], "--flat"]) == 0
    flat = json.loads(capsys.readouterr().out)
    assert (flat["id"], flat["game"], flat["duration_hours"], flat["status"]) == (run.id, "tiny", 2, "created")


def test_an_imported_config_can_be_trained_as_a_new_run(run, started, tmp_path):
    main(["config", "export", "latest", "--flat", "--output", str(tmp_path / "flat.json")])
    assert main(["config", "import", str(tmp_path / "flat.json"), "--train", "--detach"]) == 0
    (again,) = started.runs
    assert again.id != run.id
    assert again.tree["algorithm"] == run.tree["algorithm"]
    assert (again.tree["seed"], again.tree["budget"]["hours"]) == (5, 2)


@pytest.mark.parametrize("name", ["mine.yaml", "mine.YML"])
def test_a_config_in_yaml_is_imported(run, tmp_path, capsys, name):
    (tmp_path / name).write_text(OmegaConf.to_yaml(OmegaConf.create(run.tree)), encoding="utf-8")
    capsys.readouterr()
    assert main(["config", "import", str(tmp_path / name)]) == 0
    assert json.loads(capsys.readouterr().out) == run.tree


@pytest.mark.parametrize("content", ["game: [", "- game", "3", "game: ${", "\udcff"])
def test_importing_yaml_that_is_no_config(home, tmp_path, capsys, content):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content.encode(errors="surrogateescape"))
    assert main(["config", "import", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_importing_checks_ranges(run, tmp_path, capsys):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**run.tree, "seed": -1}))
    assert main(["config", "import", str(path)]) == 2
    assert "seed=-1: must be between" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{", '{"schema_version": 99}'])
def test_importing_half_a_file(home, tmp_path, capsys, content):
    path = tmp_path / "bad.json"
    path.write_text(content)
    assert main(["config", "import", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_exporting_what_is_not_there(home, capsys):
    assert main(["config", "export", "latest"]) == 2
    assert "no run" in capsys.readouterr().err


# --- the page of help -------------------------------------------------------------------------------------------------


def helped(capsys, *words):
    """What help prints."""
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_help_shows_what_is_used_most_and_how_to_see_the_rest(with_wave, home, capsys):
    page = helped(capsys, "--help")
    for word in (
        "wave-hand",
        "algorithm=",
        "+experiment=",
        "random_catch",
        "budget.minutes=null",
        "--dry-run",
        "retroml help all",
    ):
        assert word in page
    assert "algorithm.environments=8" not in page
    assert page == helped(capsys, "help")


def test_the_first_page_of_help_is_short(installed):
    from retroml_core.terminal.help_page import help_page

    assert len(help_page(installed, width=100).splitlines()) < 90


def test_help_lists_everything_when_asked(with_wave, home, capsys):
    page = helped(capsys, "help", "all")
    for word in ("wave-hand", "algorithm=", "+experiment=", "random_catch", "budget.minutes=null", "algorithm.environments=8"):
        assert word in page
    assert "environment.size=" in page


@pytest.mark.parametrize("words", [["help", "algorithm=random"], ["--help", "algorithm=random"], ["algorithm=random", "-h"]])
def test_help_on_an_algorithm_shows_its_settings_alone(home, capsys, words):
    page = helped(capsys, *words)
    assert "algorithm.environments=8" in page
    assert "budget.minutes" not in page


@pytest.mark.parametrize(
    ("topic", "there", "not_there"),
    [
        ("budget", "budget.steps=null", "seed=null"),
        ("budget.", "budget.steps=null", "algorithm"),
        ("budget.steps", "budget.steps=null", "budget.hours"),
        ("environments", "algorithm.environments=8", "budget.steps"),
        ("randomness", "seed=null", "budget.steps"),
        ("preset", "long, medium, short", "seed=null"),
        ("games", "usage: retroml games", "seed=null"),
    ],
)
def test_help_finds_settings_groups_words_and_commands(home, capsys, topic, there, not_there):
    page = helped(capsys, "help", topic)
    assert there in page
    assert not_there not in page


def test_help_on_what_is_not_there_says_what_was_perhaps_meant(home, capsys):
    assert main(["help", "budgte"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("no command or setting is called 'budgte'; did you mean budget or ")


def test_help_with_a_command_and_settings_of_one_name_shows_both(home, capsys):
    page = helped(capsys, "help", "film")
    assert page.index("usage: retroml film") < page.index("film.length=60")


def test_help_of_everything_installed_fits_its_width(installed):
    from retroml_core.terminal.help_page import help_page, topic_page

    lines = [*help_page(installed, width=100).splitlines(), *topic_page(installed, "all", width=100).splitlines()]
    long = [line for line in lines if len(line) > 100 and line.startswith(" ")]
    assert long == []


def test_version(home, capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("retroml-core ")


# --- a process of its own ---------------------------------------------------------------------------------------------


def retroml(*arguments: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "retroml_core", *arguments], capture_output=True, text=True, check=False, **more
    )


def test_the_module_is_the_command(tmp_path):
    assert retroml("--version", cwd=tmp_path).stdout.startswith("retroml-core ")


def test_exit_codes_reach_the_shell(tmp_path):
    done = retroml("game=chess", cwd=tmp_path)
    assert done.returncode == 2
    assert "no game is called 'chess'" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_piped_is_utf_8_on_every_platform(tmp_path):
    (tmp_path / "config.json").write_text('{"game": "catch", "algorithm": {"name": "random"}, "notes": "Fünf × ☺"}', "utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "retroml_core", "config", "import", "config.json"]
    done = subprocess.run(command, capture_output=True, check=True, cwd=tmp_path, env=environment)
    assert json.loads(done.stdout.decode("utf-8"))["notes"] == "Fünf × ☺"


@pytest.mark.parametrize(("arguments", "code"), [(["--version"], 0), (["nope"], 2)])
def test_output_that_was_closed_is_missed_by_nobody(home, monkeypatch, arguments, code):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(arguments) == code
    sys.stdout.close()


def test_of_many_files_that_cannot_be_copied_the_first_is_named(home, monkeypatch, capsys):
    def full(*_):
        raise shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a' -> 'b'"), ("c", "d", "likewise")])

    monkeypatch.setattr("retroml_core.cli._dispatch", full)
    assert main(["models", "save", "latest"]) == 1
    assert capsys.readouterr().err == "[Errno 28] No space left on device: 'a' -> 'b'\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "retroml_core", "games", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
