from __future__ import annotations

import subprocess
import sys

import pytest
from retroml_atari.games import carries_over, games

ALL = {spec.name: spec for spec in games()}


def test_every_single_player_game_of_ale_py_is_listed():
    from ale_py import ALEInterface, roms

    assert set(ALL) == {name for name in roms.get_all_rom_ids() if ALEInterface.isSupportedROM(roms.get_rom_path(name))}


@pytest.mark.parametrize("part", range(8))
def test_games_have_the_actions_and_lives_that_the_emulator_says(part):
    """In parts: an emulator takes a while to be made."""
    from ale_py import ALEInterface, LoggerMode, roms

    ALEInterface.setLoggerMode(LoggerMode.Error)
    for name in sorted(ALL)[part::8]:
        ale = ALEInterface()
        ale.loadROM(roms.get_rom_path(name))
        ale.reset_game()
        assert (tuple(action.name for action in ale.getMinimalActionSet()), ale.lives()) == (ALL[name].actions, ALL[name].lives)
        for action in ale.getMinimalActionSet():
            for _ in range(4):
                ale.act(action)


def test_listing_games_loads_neither_emulator_nor_numpy():
    code = "import sys, retroml_atari as r; list(r.retroml_games()); print({'ale_py', 'numpy', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_games_of_the_published_table_have_both_scores_and_their_source():
    published = [spec for spec in ALL.values() if spec.human_score is not None]
    assert len(published) == 57
    assert all(spec.random_score is not None and "arXiv" in spec.scores_source for spec in published)


@pytest.mark.parametrize(
    ("game", "random", "human"), [("breakout", 1.7, 30.5), ("pong", -20.7, 14.6), ("kung_fu_master", 258.5, 22736.3)]
)
def test_scores_are_those_of_the_literature(game, random, human):
    assert (ALL[game].random_score, ALL[game].human_score) == (random, human)


@pytest.mark.parametrize(
    ("game", "difficulty"), [("pong", "easy"), ("qbert", "hard"), ("montezuma_revenge", "very hard"), ("superman", "")]
)
def test_games_of_the_published_table_say_how_hard_they_are(game, difficulty):
    assert ALL[game].difficulty == difficulty
    assert {bool(spec.difficulty) for spec in ALL.values() if spec.human_score is not None} == {True}


def test_a_game_that_was_never_published_has_no_score():
    assert (ALL["superman"].human_score, ALL["superman"].scores_source) == (None, "")


@pytest.mark.parametrize(
    ("game", "alias"),
    [
        ("breakout", "BreakoutNoFrameskip-v4"),
        ("breakout", "ALE/Breakout-v5"),
        ("ms_pacman", "MsPacman-v5"),
        ("kung_fu_master", "KungFuMasterDeterministic-v4"),
    ],
)
def test_names_of_gym_are_aliases(game, alias):
    assert alias in ALL[game].aliases


def test_no_name_or_alias_belongs_to_two_games():
    names = [name.lower() for spec in ALL.values() for name in (spec.name, *spec.aliases)]
    unique = {(name.lower(), spec.name) for spec in ALL.values() for name in (spec.name, *spec.aliases)}
    assert len(set(names)) == len(unique)


def test_every_game_says_in_a_sentence_of_its_own_what_one_does():
    summaries = [spec.summary for spec in ALL.values()]
    assert [words for words in summaries if not (20 <= len(words) <= 90 and words[0].isupper() and words.endswith("."))] == []
    assert len(set(summaries)) == len(ALL) == 104


def test_titles_are_written_as_on_the_box():
    assert (ALL["ms_pacman"].title, ALL["qbert"].title, ALL["pong"].title) == ("Ms. Pac-Man", "Q*bert", "Pong")


@pytest.mark.parametrize(("game", "carries"), [("breakout", False), ("assault", True), ("a_new_game", True)])
def test_games_whose_memory_survives_a_reset_are_known(game, carries):
    assert carries_over(game) is carries
