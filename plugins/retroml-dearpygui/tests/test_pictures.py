"""Numbers that become pictures: thinned lines, smoothed scores, mosaics of agents, pictures of games."""

import numpy as np
import pytest
from retroml_dearpygui.services import game_pictures
from retroml_dearpygui.services.decimate import decimate, visible
from retroml_dearpygui.services.game_pictures import GamePictures
from retroml_dearpygui.services.mosaic import arrange, mosaic
from retroml_dearpygui.services.smoothing import smooth
from retroml_dearpygui.ui.train.recent_card import ago
from retroml_dearpygui.ui.watch.mind_card import action_words

from retroml_core.index import StoredCurve


def test_a_short_line_is_left_as_it_is():
    x = np.arange(10.0)
    assert decimate(x, (x,), 5)[0] is x


def test_a_long_line_keeps_its_peaks_in_at_most_two_points_a_pixel():
    x = np.arange(100_000.0)
    y = np.sin(x / 900)
    y[[777, 55_555]] = 9, -9
    short, (values,) = decimate(x, (y,), 500)
    assert len(short) <= 1000 + 200
    assert (values.max(), values.min()) == (9, -9)
    assert (np.diff(short) > 0).all()
    assert short[-1] == x[-1]


def test_lines_that_belong_together_are_thinned_together():
    x = np.arange(10_000.0)
    short, (low, high) = decimate(x, (x - 1, x + 1), 100)
    assert (high - low == 2).all()
    assert (low + 1 == short).all()


def test_only_what_is_visible_is_drawn_with_one_point_beyond_each_edge():
    x = np.arange(10.0)
    assert x[visible(x, 3.5, 6.5)].tolist() == [3, 4, 5, 6, 7]


def stored(values, points=None):
    values = np.asarray(values, float)
    x = np.arange(len(values), dtype=float)
    return StoredCurve(steps=x, seconds=x, values=values, low=values - 1, high=values + 1, points=points or len(values))


def test_the_mean_is_that_of_the_last_hundred_games():
    values = np.arange(300.0)
    smoothed = smooth(stored(values))
    assert smoothed.mean[0] == 0
    assert smoothed.mean[-1] == pytest.approx(values[-100:].mean())
    assert smoothed.band_name == "80 % of games"


def test_the_band_does_not_go_beyond_what_was_seen():
    smoothed = smooth(stored([0.0] * 50 + [10.0] * 10))
    assert smoothed.low.min() >= 0
    assert smoothed.high.max() <= 10


def test_a_curve_that_was_summed_up_shows_lowest_and_highest():
    smoothed = smooth(stored(np.ones(50), points=5000))
    assert (smoothed.low[-1], smoothed.high[-1], smoothed.band_name) == (0, 2, "lowest to highest")


def test_points_that_are_no_numbers_are_left_out():
    assert smooth(stored([1.0, np.nan, 3.0])).mean.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (4, 2, 2), (8, 4, 2), (16, 4, 4), (64, 8, 8)])
def test_agents_are_arranged_to_fill_the_room(count, columns, rows):
    cells = arrange(count, 84, 84, (694, 852))
    assert (cells.columns, cells.rows) == (columns, rows)
    assert cells.shape[0] <= 694
    assert cells.shape[1] <= 852


def test_every_agent_is_in_the_mosaic_at_the_place_where_a_click_finds_it():
    frames = np.stack([np.full((84, 84), 10 * number + 50, np.uint8) for number in range(6)])
    cells = arrange(6, 84, 84, (694, 852))
    picture = mosaic(frames, cells)
    for row in range(cells.rows):
        for column in range(cells.columns):
            across, down = (column + 0.5) / cells.columns, (row + 0.5) / cells.rows
            number = cells.cell_at(across, down)
            shade = picture[int(down * picture.shape[0]), int(across * picture.shape[1])]
            assert shade == (10 * number + 50 if number < 6 else 24)


def test_a_click_between_agents_finds_none():
    cells = arrange(4, 84, 84, (694, 852))
    assert cells.cell_at(0.5, 0.25) is None


def test_a_picture_of_a_real_game_is_drawn_and_read_back(tmp_path):
    game_pictures.main(tmp_path, ["pong", "no_such_game"])
    pixels = GamePictures(tmp_path).read("pong")
    assert pixels.shape == (210, 160, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) >= 3
    assert GamePictures(tmp_path).read("no_such_game") is None


def test_pictures_that_are_there_are_not_drawn_again(tmp_path):
    (tmp_path / "pong.rgb").write_bytes(b"")
    assert not GamePictures(tmp_path).make(["pong"])


def test_actions_are_written_as_people_say_them():
    assert [action_words(name) for name in ("NOOP", "UPRIGHTFIRE", "LEFT", "BAND 1")] == [
        "Nothing",
        "Up right fire",
        "Left",
        "Band 1",
    ]


def test_how_long_ago_a_run_was_made():
    from datetime import UTC, datetime

    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert ago("20261123t115930", now) == "just now"
    assert ago("20261123t114500", now) == "15 min ago"
    assert ago("20261121t114500", now) == "2 d ago"
    assert ago("nonsense", now) == ""
