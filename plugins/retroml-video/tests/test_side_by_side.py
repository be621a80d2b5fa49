"""Milestones and races: several games at once, all of them true."""

from __future__ import annotations

import dataclasses
import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from retroml_video import retroml_video_renderers
from retroml_video.encoder import FilmWriter
from retroml_video.milestones import Milestones, percent_words, spread
from retroml_video.placards import Board
from retroml_video.planes import Planes, pack
from retroml_video.race import Race, names_of
from retroml_video.side_by_side import MilestonesConfig, RaceConfig
from retroml_video.studio import last_step
from retroml_video.wall import fit_wall

from retroml_core.filming import FilmError
from retroml_core.testing.film import MadeUpArena, MadeUpPlayers, made_up_frame
from retroml_core.testing.renderer import RendererContract

SPECS = {spec.name: spec for spec in retroml_video_renderers()}
PLAYERS = [0, 20, 100, 200, 400, 900, 1800]


class TestMilestones(RendererContract):
    spec = SPECS["milestones"]
    exact = False


class TestRace(RendererContract):
    spec = SPECS["race"]
    exact = False


@pytest.fixture
def pictures(monkeypatch):
    seen = []
    known = FilmWriter.write

    def write(self, yuv):
        seen.append(yuv.copy())
        known(self, yuv)

    monkeypatch.setattr(FilmWriter, "write", write)
    return seen


@pytest.fixture
def job(make_job):
    def make(**changes):
        film = {"fps": 15, "height": 480, **changes.pop("film", {})}
        known = {"arena": MadeUpArena(), "players": MadeUpPlayers(PLAYERS), "length_seconds": 4.0}
        made = make_job(film=film, **{**known, **changes})
        made.run.tree = {"seed": 1}
        return made

    return make


def milestones(job, **settings):
    return Milestones(MilestonesConfig(hold_seconds=0.0, **settings)).render(job)


def race(job, **settings):
    return Race(RaceConfig(hold_seconds=0.0, **settings)).render(job)


def test_each_milestone_is_the_newest_policy_stored_by_then_and_is_called_what_it_is(job):
    made = job(film={"height": 720})
    total = last_step(made)
    result = milestones(made)
    assert len(result.segments) >= 5
    for segment in result.segments:
        asked, percent = segment.extra["asked_percent"], segment.extra["percent"]
        assert segment.policy_step == max(step for step in PLAYERS if step <= asked / 100 * total)
        assert percent == pytest.approx(100 * segment.policy_step / total, abs=0.5)
        assert segment.title == f"{percent_words(segment.policy_step / total)} trained"


def test_all_play_the_same_seeded_game(job):
    made = job()
    milestones(made, seed=7)
    assert {seed for _, seed in made.arena.asked} == {7}


def test_milestones_without_a_policy_of_their_own_are_said_and_not_shown_twice(job):
    result = milestones(job(players=MadeUpPlayers([0, 900]), film={"height": 720}))
    assert [segment.policy_step for segment in result.segments] == [0, 900]
    assert any("no other policy is stored" in note for note in result.notes)


def test_a_small_picture_shows_fewer_milestones_and_says_so(job):
    result = milestones(job(film={"height": 240}))
    assert len(result.segments) < 7
    assert result.segments[-1].policy_step == 1800
    assert any("room for" in note for note in result.notes)


def test_scores_are_those_of_the_games(job):
    made = job()
    result = milestones(made)
    for segment in result.segments:
        episode = made.arena.play(segment.policy_step, seed=0, most_steps=60, tick=lambda: None).episode
        assert segment.score == episode.score
        assert segment.extra["captions"]["score"] == f"{episode.score:.0f}"


def test_a_long_game_is_cut_at_the_length_asked_for_and_it_is_said(job):
    result = milestones(job(length_seconds=2.0))
    assert result.seconds == 2.0
    assert any("still going on" in note for note in result.notes)


def test_only_a_game_that_ended_grows_dark(job, pictures):
    made = job(players=MadeUpPlayers([0, 900]), length_seconds=3.0)
    result = Milestones(MilestonesConfig(hold_seconds=0.5)).render(made)
    assert [segment.extra["finished"] for segment in result.segments] == [True, False]
    wall = fit_wall(480, "wide", 2, game_width=80, game_height=105, pixel_aspect=12 / 7, hero=True)
    (ended, cut), brightness = wall.screens, {}
    for name, box in (("ended", ended.box), ("cut", cut.box)):
        brightness[name] = [float(p[box.y : box.bottom, box.x : box.right].mean()) for p in (pictures[0], pictures[-1])]
    assert brightness["ended"][1] < 0.75 * brightness["ended"][0]
    assert brightness["cut"][1] == pytest.approx(brightness["cut"][0], rel=0.1)


@pytest.mark.parametrize("layout", ["wide", "vertical", "square"])
def test_every_screen_shows_its_own_game(job, pictures, layout):
    made = job(players=MadeUpPlayers([0, 400]), film={"fps": 60, "layout": layout}, length_seconds=0.3)
    result = milestones(made)
    wall = fit_wall(480, layout, 2, game_width=80, game_height=105, pixel_aspect=12 / 7, hero=True)
    expected = Planes(wall)
    for k, picture in enumerate(pictures):
        for screen, segment in enumerate(result.segments):
            expected.show_game(pack(made_up_frame(segment.episode, k // 4, k % 4)), screen)
            box = wall.screens[screen].box
            assert np.array_equal(picture[box.y : box.bottom, box.x : box.right], expected.game_luma(screen))


def test_without_stored_policies_it_is_said_what_to_do(job):
    with pytest.raises(FilmError, match="first checkpoint"):
        milestones(job(players=MadeUpPlayers([])))


def test_where_nothing_can_be_played_it_is_said(job):
    with pytest.raises(FilmError, match="nothing to compare"):
        milestones(job(arena=None))


@pytest.mark.parametrize("room", range(1, 8))
def test_the_last_milestone_is_always_among_those_kept(room):
    steps = {fraction: round(1000 * fraction) for fraction in (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)}
    kept = spread(steps, room)
    assert len(kept) == room
    assert 1.0 in kept


@pytest.mark.parametrize(("share", "words"), [(0, "0 %"), (0.003, "0.3 %"), (0.0312, "3 %"), (0.25, "25 %"), (1.0, "100 %")])
def test_percents(share, words):
    assert percent_words(share) == words


# --- the race ---------------------------------------------------------------------------------------------------------


def racers(job, *titles, players=PLAYERS, **changes):
    first, *others = [
        job(algorithm_title=title, arena=MadeUpArena(), players=MadeUpPlayers(players), **changes) for title in titles
    ]
    return dataclasses.replace(first, others=tuple(others))


def test_all_runs_race_in_one_game(job):
    made = racers(job, "PPO", "DQN", "A2C", film={"height": 720})
    result = race(made, seed=3)
    assert [segment.title for segment in result.segments] == ["PPO", "DQN", "A2C"]
    assert {one.arena.asked[0] for one in (made, *made.others)} == {(1800, 3)}


def test_the_rank_at_the_end_is_that_of_the_scores(job):
    made = racers(job, "PPO", "DQN", film={"height": 720})
    made = dataclasses.replace(made, players=MadeUpPlayers([0]))
    result = race(made)
    by_rank = sorted(result.segments, key=lambda segment: segment.extra["rank"])
    assert [segment.title for segment in by_rank] == ["DQN", "PPO"]
    assert by_rank[0].score > by_rank[1].score


def test_a_race_in_the_middle_of_the_training_is_run_by_the_policies_of_then(job):
    result = race(racers(job, "PPO", "DQN"), fraction=0.25)
    assert {segment.policy_step for segment in result.segments} == {900}


def test_different_games_are_no_race(job):
    made = racers(job, "PPO", "DQN")
    made = dataclasses.replace(made, others=(dataclasses.replace(made.others[0], game_title="Pong"),))
    with pytest.raises(FilmError, match="Pong, Tiny"):
        race(made)


def test_runs_are_told_apart_by_what_differs(job):
    def run(title, seed):
        return SimpleNamespace(algorithm_title=title, run=SimpleNamespace(tree={"seed": seed}))

    assert names_of([run("PPO", 1), run("DQN", 1)]) == ["PPO", "DQN"]
    assert names_of([run("PPO", 1), run("PPO", 2), run("DQN", 1)]) == ["PPO, seed 1", "PPO, seed 2", "DQN"]
    assert names_of([run("PPO", 1), run("PPO", 1)]) == ["PPO, seed 1 (1)", "PPO, seed 1 (2)"]


def board():
    from retroml_video.canvas import Canvas
    from retroml_video.layout import Box
    from retroml_video.palette import Palette

    canvas = Canvas(400, 400, Palette.of())
    return canvas, Board(canvas, Box(10, 10, 200, 200), ["one", "two", "three"])


def test_the_board_ranks_by_score_and_equals_keep_their_places():
    canvas, made = board()
    made.show([5, 9, 9], 0.1)
    assert canvas.said["ranking"] == "two, three, one"
    made.show([9, 9, 9], 0.1)
    assert canvas.said["ranking"] == "two, three, one"


def test_equal_scores_share_a_rank():
    _, made = board()
    made.show([5, 9, 9], 0.1)
    assert [made.rank_of(name) for name in made.names] == [3, 1, 1]


def test_rows_glide_to_their_new_places_and_come_to_rest():
    _, made = board()
    made.show([3, 2, 1], 1 / 30)
    made.show([3, 2, 9], 1 / 30)
    places = [made._places[2]]
    for _ in range(60):
        made.show([3, 2, 9], 1 / 30)
        places.append(made._places[2])
    assert 1 < places[0] < 2
    assert places == sorted(places, reverse=True)
    assert made._places.tolist() == [1, 2, 0]


# --- the wall ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["wide", "vertical", "square"])
@pytest.mark.parametrize("size", [480, 720, 1080])
@pytest.mark.parametrize(("count", "hero", "rows"), [(1, False, 1), (2, False, 2), (4, False, 4), (7, True, 0)])
def test_panes_lie_in_the_picture_and_do_not_overlap(shape, size, count, hero, rows):
    wall = fit_wall(size, shape, count, game_width=160, game_height=210, pixel_aspect=12 / 7, hero=hero, board_rows=rows)
    assert 1 <= len(wall.panes) <= count
    boxes = [box for pane in wall.panes for box in (pane.screen.box, pane.strip)]
    boxes += [box for box in (wall.header, wall.board) if box is not None]
    if len(wall.panes) == count:
        for box in boxes:
            assert min(box.x, box.y) >= 0
            assert (box.right <= wall.width, box.bottom <= wall.height) == (True, True)
        for one, other in itertools.combinations(boxes, 2):
            assert one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


def test_at_1080_lines_all_seven_milestones_have_room_in_every_shape():
    for shape in ("wide", "vertical", "square"):
        assert len(fit_wall(1080, shape, 7, game_width=160, game_height=210, pixel_aspect=12 / 7, hero=True).panes) == 7
