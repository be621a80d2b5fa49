"""Every page is really drawn, by a software renderer: of the right size, with colours, dark and light."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from retroml_dearpygui.builtin import PAGES

CHILD = Path(__file__).with_name("picture_child.py")
COLOURS = 200
pytestmark = pytest.mark.timeout(500)  # a machine without a graphics card draws slowly, and slower still beside other work


@pytest.fixture(scope="module")
def pictures(display, tmp_path_factory):
    """The pictures of all pages, by name: uint8 (H, W, 3)."""
    folder, root = tmp_path_factory.mktemp("pictures"), tmp_path_factory.mktemp("root")
    env = {key: value for key, value in os.environ.items() if key != "GALLIUM_NOOP"} | {"RETROML_HOME": str(root)}
    subprocess.run([sys.executable, str(CHILD), str(folder)], env=env, check=True)
    return {path.stem: np.asarray(Image.open(path).convert("RGB")) for path in folder.glob("*.png")}


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_page_is_drawn(pictures, page):
    assert pictures[page].shape == (760, 1200, 3)
    colours = pictures[page].astype(np.uint32) @ np.array([1, 256, 65536], dtype=np.uint32)
    assert len(np.unique(colours)) > COLOURS


def test_pages_differ(pictures):
    assert len({picture.tobytes() for picture in pictures.values()}) == len(pictures)


def test_dark_is_dark_and_light_is_light(pictures):
    assert pictures["train"].mean() < 70
    assert pictures["light"].mean() > 180


def test_the_pictures_of_games_are_in_colour(pictures):
    spread = pictures["train"].astype(int).max(axis=2) - pictures["train"].astype(int).min(axis=2)
    assert (spread > 120).sum() > 3000
