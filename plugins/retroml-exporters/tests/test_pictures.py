"""PNG pictures: the moving band against the plain formula, size, content, and no global state."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from retroml_exporters.pictures import PngExporter, moving_band
from retroml_exporters.settings import PngConfig

from retroml_core.exporting import ExportError
from retroml_core.testing import TinyRun, tiny_run

WHITE_SHARE = 0.999


@pytest.fixture
def pictures(run, folder):
    return {path.name.removeprefix(f"{run.id}_"): path for path in PngExporter(PngConfig(dpi=60)).export([run], folder)}


def test_a_score_and_a_loss_picture_are_made(pictures):
    assert set(pictures) == {"score.png", "losses.png"}


def test_the_size_is_inches_times_resolution(pictures):
    with Image.open(pictures["score.png"]) as picture:
        assert picture.size == (8 * 60, 5 * 60)


def test_the_resolution_for_printers_is_300_dots_an_inch_by_default(run, folder):
    path = PngExporter(PngConfig(width_inches=2, height_inches=2)).export([run], folder)[0]
    with Image.open(path) as picture:
        assert picture.size == (600, 600)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


@pytest.mark.parametrize("name", ["score.png", "losses.png"])
def test_a_picture_is_not_blank(pictures, name):
    with Image.open(pictures[name]) as picture:
        pixels = np.asarray(picture.convert("L"))
    assert (pixels > 250).mean() < WHITE_SHARE
    assert (pixels > 250).mean() > 0.5


def test_the_colours_are_those_colour_blind_people_tell_apart(pictures):
    with Image.open(pictures["score.png"]) as picture:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    orange = np.array([0xD5, 0x5E, 0x00])
    assert (np.abs(pixels.astype(int) - orange).max(axis=1) < 8).sum() > 100


def test_seed_and_run_stand_in_the_file(run, pictures):
    with Image.open(pictures["score.png"]) as picture:
        assert picture.text["Description"] == f"seed 11 · run {run.id}"
        assert picture.text["Title"] == "Tiny, Random"


def test_higher_scores_are_drawn_higher(tmp_path, folder):
    """The mean line of a rising run ends above where it began."""
    run = tiny_run(tmp_path / "root", TinyRun(updates=30, scores=[float(i) for i in range(60)]))
    path = PngExporter(PngConfig(dpi=60, window=2)).export([run], folder)[0]
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    rows, columns = np.nonzero(np.abs(pixels - [0xD5, 0x5E, 0x00]).max(axis=2) < 8)
    left, right = rows[columns < 150], rows[columns > 400]
    assert right.mean() < left[left > 100].mean()


def test_a_run_without_a_game_has_nothing_to_draw(tmp_path, folder):
    from retroml_core.runs.run import create_run
    from retroml_core.testing import tiny_app, tiny_config

    with pytest.raises(ExportError, match="no score and no loss"):
        PngExporter(PngConfig()).export([create_run(tiny_app(tmp_path), tiny_config())], folder)


@pytest.mark.parametrize("window", [1, 3, 10, 100])
def test_the_band_is_that_of_the_plain_formula(window):
    values_N = np.random.default_rng(1).normal(1e6, 3.0, 40)
    mean_N, half_N = moving_band(values_N, window)
    for at in range(40):
        recent = values_N[max(0, at + 1 - window) : at + 1]
        spread = recent.std(ddof=1) if len(recent) > 1 else 0.0
        assert mean_N[at] == pytest.approx(recent.mean())
        assert half_N[at] == pytest.approx(1.96 * spread / np.sqrt(len(recent)), abs=1e-6)


def test_equal_scores_have_no_band():
    mean_N, half_N = moving_band(np.full(50, 7.0), 10)
    assert mean_N.tolist() == [7.0] * 50
    assert half_N.tolist() == [0.0] * 50


def test_pyplot_is_never_imported():
    program = "import sys, retroml_exporters.pictures; print('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip() == "False"
