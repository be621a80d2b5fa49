from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from film_plugin import StillConfig
from hypothesis import given, settings
from hypothesis import strategies as st

from retroml_core.filming import FilmError
from retroml_core.films.options import FilmOptions, film_config, film_length, film_settings
from retroml_core.schema import FilmConfig, OverlayConfig


def parse(arguments):
    parser = argparse.ArgumentParser()
    FilmOptions.add_arguments(parser)
    return FilmOptions.from_arguments(parser.parse_args(arguments))


words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
options = st.builds(
    FilmOptions,
    length=st.none() | words,
    fps=st.none() | st.integers(15, 60),
    height=st.none() | st.integers(240, 2160),
    layout=st.none() | words,
    theme=st.none() | words,
    accent=st.none() | words,
    format=st.none() | words,
    sound=st.none() | st.booleans(),
    captions=st.none() | st.booleans(),
    show=st.lists(words.map(str.lower), max_size=3).map(tuple),
    hide=st.lists(words.map(str.lower), max_size=3).map(tuple),
    output=st.none() | st.just(Path("some folder")),
    settings=st.dictionaries(words, words, max_size=3),
    others=st.lists(words.map(Path), max_size=3).map(tuple),
    again=st.booleans(),
    at_once=st.integers(1, 9),
)


@settings(deadline=None)
@given(options)
def test_options_survive_the_way_to_another_process(asked):
    assert parse(asked.as_arguments()) == asked


def test_nothing_asked_is_nothing_changed():
    assert parse([]) == FilmOptions()


def test_a_setting_without_a_value_is_an_error():
    with pytest.raises(FilmError, match="KEY=VALUE"):
        parse(["--set", "quality"])


@pytest.mark.parametrize(("text", "seconds"), [("60", 60.0), ("0.5", 0.5), ("match", 33.5), (" Match ", 33.5)])
def test_lengths(text, seconds):
    assert film_length(text, 33.5) == seconds


@pytest.mark.parametrize("text", ["", "0", "-5", "nan", "inf", "long", "1:30"])
def test_impossible_lengths_are_errors_that_say_what_is_possible(text):
    with pytest.raises(FilmError, match="match"):
        film_length(text, 33.5)


def test_matching_nothing_is_said():
    with pytest.raises(FilmError, match="trained"):
        film_length("match", 0.0)


def test_settings_have_the_types_of_the_config():
    assert film_settings(StillConfig, {"pictures": "12"}) == StillConfig(pictures=12)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pictures": "many"}, "pictures"),
        ({"qality": "3"}, "there is pictures, trouble"),
        ({"pictures": "0"}, "between 1 and 10000"),
        ({"trouble": "?"}, "must be one of"),
    ],
)
def test_wrong_settings_are_named(settings, words):
    with pytest.raises(FilmError, match=words):
        film_settings(StillConfig, settings)


def test_what_is_asked_for_one_film_goes_before_the_config():
    asked = FilmOptions(layout="square", hide=("network", "curve"), show=("value",))
    made = film_config(FilmConfig(theme="light", overlays=OverlayConfig(value=False, title=False)), asked)
    assert (made.layout, made.theme) == ("square", "light")
    assert made.overlays == OverlayConfig(network=False, curve=False, title=False)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (FilmOptions(layout="round"), "layout=round: must be one of 'wide', 'vertical', 'square'"),
        (FilmOptions(theme="pink"), "theme=pink: must be one of 'dark', 'light'"),
        (FilmOptions(hide=("score", "smell")), "no overlay smell: choose from title, score"),
    ],
)
def test_wishes_that_cannot_be_fulfilled_name_what_can(asked, message):
    with pytest.raises(FilmError, match=message):
        film_config(FilmConfig(), asked)
