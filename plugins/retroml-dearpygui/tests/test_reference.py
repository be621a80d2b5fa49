"""What the reference library lets one expect of a training."""

import dataclasses

import pytest
from omegaconf import OmegaConf
from retroml_dearpygui.services.reference import Band, Reference, ReferenceLibrary, read_reference
from retroml_dearpygui.viewmodels.preset_cards import Scores, band_words, short_band
from retroml_dearpygui.viewmodels.train_choices import PRESET_HOURS

from retroml_core.config.folders import core_conf
from retroml_core.specs import GameSpec

GAME = GameSpec(name="pong", title="Pong", summary="", environment="atari", random_score=-20.7, human_score=14.6)


def figure(steps, low, high, source="somebody", algorithm="ppo"):
    return Reference(game="pong", algorithm=algorithm, steps=steps, low=low, high=high, source=source)


EARLY, LATE, RIVAL = figure(60_000, -20.0, -18.0, "us"), figure(10_000_000, 19.0, 21.0), figure(10_000_000, 20.0, 20.5, "rival")
LIBRARY = ReferenceLibrary([EARLY, LATE, RIVAL])


def test_figures_of_about_as_many_steps_are_what_to_expect():
    assert LIBRARY.band("pong", "ppo", 8e6) == Band(near=(LATE, RIVAL), low=19.0, high=21.0)
    assert LIBRARY.band("pong", "ppo", 100_000) == Band(near=(EARLY,), low=-20.0, high=-18.0)


def test_between_figures_a_guess_is_made():
    band = LIBRARY.band("pong", "ppo", 1.35e6)
    assert (band.fewer, band.more) == ((EARLY,), (LATE, RIVAL))
    assert (band.low, band.high) == (pytest.approx(-14.94, abs=0.01), pytest.approx(5.74, abs=0.01))


def test_a_longer_training_promises_more():
    bands = [LIBRARY.band("pong", "ppo", steps) for steps in (2e5, 1e6, 4e6)]
    assert sorted((band.low, band.high) for band in bands) == [(band.low, band.high) for band in bands]
    assert bands[0].high < bands[1].high < bands[2].high < 21.0


@pytest.mark.parametrize("steps", [0, 5_000, 20_000])
def test_a_guess_begins_with_what_chance_scores(steps):
    band = ReferenceLibrary([LATE]).band("pong", "ppo", steps, chance=-20.7)
    assert -20.7 <= band.low <= band.high < 0.0


@pytest.mark.parametrize(
    ("steps", "known", "short"),
    [
        (1e6, [EARLY, LATE], "-16 to 3.4"),
        (1e6, [LATE], "up to 21"),
        (1e6, [EARLY], "from -20"),
        (1e6, [], "no figures yet"),
        (60_000, [figure(60_000, 3.0, 3.0)], "about 3"),
        (5e6, [figure(2**21, 0.0, 0.0), figure(2e7, 5432.1, 5432.1)], "880 to 2,100"),
    ],
)
def test_a_band_in_a_few_letters(steps, known, short):
    assert short_band(ReferenceLibrary(known).band("pong", "ppo", steps)) == short


@pytest.mark.parametrize(
    ("steps", "known", "words"),
    [
        (1e7, [LATE, RIVAL], "Known scores: 19 to 21 (after 10 M steps: somebody, rival)."),
        (
            1e6,
            [EARLY, LATE],
            "Likely -16 to 3.4: a guess between -20 to -18 (after 60 k steps: us) and 19 to 21 (after 10 M steps: somebody).",
        ),
        (1e6, [LATE], "Known scores: 19 to 21 (after 10 M steps: somebody); expect less of fewer steps."),
        (1e6, [EARLY], "Known scores: -20 to -18 (after 60 k steps: us); expect more of more steps."),
        (
            1e7,
            [LATE, RIVAL, figure(2 * 10**7, 20.0, 21.0, "third")],
            "Known scores: 19 to 21 (after 10 M to 20 M steps: somebody, rival and others).",
        ),
        (1e6, [], "There are no figures yet for PPO in this game."),
    ],
)
def test_a_band_in_words_with_where_it_comes_from(steps, known, words):
    chance = "Random play scores -20.7, people 14.6."
    assert band_words(ReferenceLibrary(known).band("pong", "ppo", steps), "PPO", GAME) == f"{words} {chance}"


def test_a_guess_above_chance_says_so():
    words = band_words(ReferenceLibrary([LATE]).band("pong", "ppo", 1e6, chance=-20.7), "PPO", GAME)
    assert words.startswith("Likely -17 to 7.1: a guess between random play and 19 to 21 (after 10 M steps: somebody).")


def test_nothing_is_said_of_people_in_a_game_nobody_measured():
    game = dataclasses.replace(GAME, human_score=None)
    assert band_words(Band(), "PPO", game) == "There are no figures yet for PPO in this game."


def test_what_does_not_learn_scores_the_same_after_any_time(app):
    scores = Scores(
        ReferenceLibrary([figure(40_000, -21.0, -20.0, algorithm="random")]), GAME, app.registry.algorithms["random"]
    )
    assert scores.card("long", 12.0, 250.0).scores == "-21 to -20"


def test_a_card_tells_how_long_how_many_steps_and_which_scores(app):
    card = Scores(LIBRARY, GAME, app.registry.algorithms["ppo"]).card("short", 1.5, 250.0)
    assert (card.name, card.length, card.scores) == ("short", "1 h 30 min", "-15 to 5.7")
    assert card.words.startswith("About 1.35 M steps in 1 h 30 min. Likely -15 to 5.7")


def test_the_library_that_comes_with_the_app_names_a_source_of_each_figure(app):
    library = read_reference()
    known = [one for game in app.registry.games for name in app.registry.algorithms for one in library.known(game, name)]
    assert len(known) > 100
    assert all(one.source and one.low <= one.high and one.steps > 0 for one in known)


def test_the_cards_say_the_hours_of_the_presets():
    files = {path.stem: OmegaConf.load(path).budget.default_hours for path in (core_conf() / "preset").glob("*.yaml")}
    assert files == PRESET_HOURS


@pytest.mark.parametrize(("name", "least", "most"), [("short", 1, 2), ("medium", 4, 6), ("long", 10, 24)])
def test_the_presets_are_as_long_as_they_promise(name, least, most):
    assert least <= PRESET_HOURS[name] <= most
