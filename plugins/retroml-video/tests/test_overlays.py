"""What stands beside the game: true, complete and inside its place."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from retroml_video.canvas import Canvas, Label
from retroml_video.caption import Caption
from retroml_video.controller import moves
from retroml_video.curve import game_curve
from retroml_video.layout import Layout
from retroml_video.palette import Palette
from retroml_video.panel import Panel, Subject
from retroml_video.policy import Thought

from retroml_core.schema import OverlayConfig

NAMES = [field.name for field in dataclasses.fields(OverlayConfig)]
SHAPES = ["wide", "vertical", "square"]
ACTIONS = ["NOOP", "FIRE", "RIGHT", "LEFT"]
EIGHTEEN = ["NOOP", *(f"{way}{fire}" for way in ("UP", "RIGHT", "LEFT", "DOWN", "UPRIGHT", "UPLEFT") for fire in ("", "FIRE"))]
EIGHTEEN += ["FIRE", "DOWNRIGHT", "DOWNLEFT", "DOWNRIGHTFIRE", "DOWNLEFTFIRE"]
LAYERS = {"convolution 1": np.ones((16, 20, 20), np.float32), "hidden": np.arange(256, dtype=np.float32)}
THOUGHT = Thought(np.full(4, 0.25, np.float32), 100, 1.5, LAYERS)


def subject(**changes) -> Subject:
    known = {
        "heading": "A Game with Quite a Long Name: The Sequel",
        "subtitle": "PPO, 1 min 30 s of training",
        "best_title": "Best so far",
        "actions": ACTIONS,
        "curve": game_curve(np.ones(100, np.float32)),
        "sample": THOUGHT,
    }
    return Subject(**{**known, **changes})


def caption(**changes) -> Caption:
    known = {
        "seconds": 3723.0,
        "step": 1234567,
        "episode": 89,
        "index": 40,
        "game_seconds": 65.0,
        "score": 12345.0,
        "best": 99999.0,
        "action": 1,
        "probabilities": np.asarray([0.1, 0.2, 0.3, 0.4], np.float32),
        "policy_step": 1200000,
        "value": -1.234,
        "layers": LAYERS,
        "x": 40.0,
    }
    return Caption(**{**known, **changes})


def panel(shape="wide", size=720, wished=None, **changes) -> Panel:
    layout = Layout.fit(size, shape, game_width=160, game_height=210)
    return Panel(Canvas(layout.width, layout.height, Palette.of()), layout, wished or OverlayConfig(), subject(**changes))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [720, 1080])
@pytest.mark.parametrize("actions", [ACTIONS, EIGHTEEN], ids=["4 actions", "18 actions"])
def test_everything_has_its_place(shape, size, actions):
    made = panel(shape, size, actions=actions, headline=(shape, size) != ("wide", 720))
    tight = {"network"} if shape == "square" and len(actions) == 18 else set()
    assert set(made.absent) <= tight


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_said_is_what_is_known(shape):
    made = panel(shape, 1080)
    made.show(caption())
    said = made.canvas.said
    assert said["score"] == "12,345"
    assert said["best"] == "99,999"
    assert (said["time"], said["step"], said["game"], said["game time"]) == ("1:02:03", "1,234,567", "89", "0:01:05")
    assert said["value"] == "−1.23"
    assert said["action"] == "FIRE"
    assert said["probabilities"] == "0.100 0.200 0.300 0.400"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_each_overlay_can_be_left_out_and_nothing_of_it_is_said(shape, name):
    made = panel(shape, wished=OverlayConfig(**{name: False}))
    made.show(caption())
    says = {
        "title": {"title", "subtitle", "headline"},
        "score": {"score", "best"},
        "progress": {"time", "step", "game", "game time"},
        "actions": {"policy", "probabilities", "action"},
        "value": {"value"},
        "curve": {"top"},
    }
    assert not set(made.canvas.said) & says.get(name, set())
    assert name not in made.absent


@pytest.mark.parametrize("shape", SHAPES)
def test_a_moment_is_drawn_only_into_what_is_not_the_game(shape):
    made = panel(shape, 720)
    game = made.layout.game
    before = made.canvas.pixels[game.y : game.bottom, game.x : game.right].copy()
    for step in range(3):
        made.show(caption(step=step, value=float(step), action=step))
    assert np.array_equal(made.canvas.pixels[game.y : game.bottom, game.x : game.right], before)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [720, 1080])
def test_no_text_covers_another(shape, size, monkeypatch):
    labels = {}
    known = Label.show
    monkeypatch.setattr(Label, "show", lambda self, *words: (labels.setdefault(id(self), self), known(self, *words))[1])
    made = panel(shape, size, actions=EIGHTEEN, headline=(shape, size) != ("wide", 720))
    made.show(caption())
    boxes = [(one.x - one.width * one.right, one.y, one.width, one.height) for one in labels.values()]
    for (x, y, width, height), (x2, y2, width2, height2) in itertools.combinations(boxes, 2):
        assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 + 2 or y2 + height2 <= y + 2


def test_what_does_not_change_is_not_drawn_again():
    made = panel()
    made.show(caption())
    made.canvas.drawn()
    still = caption(value=None, layers={})
    made.show(still)
    made.canvas.drawn()
    made.show(still)
    assert made.canvas.drawn() == []


@pytest.mark.parametrize(
    ("sample", "absent"),
    [
        (Thought(), {"value": "no policy is stored", "network": "no policy is stored"}),
        (
            Thought(np.ones(4, np.float32), 7),
            {"value": "the algorithm estimates no values", "network": "the algorithm does not show its network"},
        ),
    ],
)
def test_what_an_algorithm_cannot_tell_is_absent_with_the_reason(sample, absent):
    why = "the algorithm does not show its network" if sample.policy_step else ""
    assert panel(sample=sample, no_layers=why).absent == absent


def test_in_a_tiny_picture_it_is_said_what_had_no_room():
    assert "no room" in panel(size=240, actions=EIGHTEEN).absent["network"]


def test_without_probabilities_only_the_action_is_shown():
    made = panel()
    made.show(caption(probabilities=None, policy_step=None))
    assert (made.canvas.said["probabilities"], made.canvas.said["policy"]) == ("", "no policy stored yet")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("NOOP", (0, 0, False)),
        ("FIRE", (0, 0, True)),
        ("UP", (0, -1, False)),
        ("DOWNLEFTFIRE", (-1, 1, True)),
        ("up_right", (1, -1, False)),
        ("jump", (0, 0, False)),
    ],
)
def test_the_stick_moves_as_the_action_says(action, expected):
    assert moves(action) == expected


def test_each_action_is_another_picture_of_the_controller():
    made = panel(wished=OverlayConfig(**{name: name == "controller" for name in NAMES}), actions=EIGHTEEN)
    pictures = set()
    for action in range(len(EIGHTEEN)):
        made.show(caption(action=action, probabilities=None))
        pictures.add(made.canvas.pixels.tobytes())
    assert len(pictures) == 18


def test_the_line_of_the_value_begins_anew_with_another_stretch():
    made = panel(wished=OverlayConfig(**{name: name == "value" for name in NAMES}))
    empty = made.canvas.pixels.copy()
    for index in range(30):
        made.show(caption(index=index, value=0.5))
    long = (made.canvas.pixels != empty).sum()
    made.show(caption(index=500, value=0.5))
    assert (made.canvas.pixels != empty).sum() < long * 0.6
