"""Bookmarks on disk: play from them is what was recorded, whatever became of the file."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from retroml_atari import guide, near
from retroml_atari import tape as tape_module
from retroml_atari.environment import make
from retroml_atari.guide import bookmark, leave_behind, marks_of
from retroml_atari.marks import Marks, MarkWriter, make_folder
from retroml_atari.packing import pack, unpack
from retroml_atari.settings import AtariConfig
from retroml_atari.simulate import Simulator
from retroml_atari.tape import open_tape

from retroml_core.environment import EnvironmentBuild
from retroml_core.tape import QuickTape, View

SPACING = 40
ROWS = 150
AWAY = SPACING + 8 + 5 + 4
"""No moment is further from a bookmark: some states cannot be kept, the stack must be filled, the last were not tried out."""


@pytest.fixture(autouse=True, scope="module")
def close_together():
    """Bookmarks so close that a short tape has some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guide, "SPACING", SPACING)
        for module in (near, guide, tape_module):
            patch.setattr(module, "NEAR_STEPS", SPACING)
        yield


@pytest.fixture
def run(session, tmp_path):
    """`run("pong", repeat_probability=0.25)`: the folder of a run that played at random, in a data root."""

    def record(game="pong", rows=ROWS, count=1, **settings):
        session(game, count=count, **settings).play(rows).environment.close()
        folder = tmp_path / "experiments" / "run"
        folder.mkdir(parents=True)
        shutil.move(tmp_path / "tape", folder / "tape")
        return folder

    return record


@pytest.fixture(scope="module")
def known(tmp_path_factory, close_together):
    """The folder of a run that played Pong, and its bookmarks; not to be changed."""
    folder = tmp_path_factory.mktemp("root") / "experiments" / "run"
    folder.mkdir(parents=True)
    build = EnvironmentBuild(game="pong", config=AtariConfig(), count=1, seed=1, threads=1, tape_folder=folder / "tape")
    environment, generator = make(build), np.random.default_rng(1)
    environment.reset()
    for _ in range(ROWS):
        environment.send(generator.integers(0, environment.info.action_count, 1))
        environment.recv()
    environment.close()
    write_marks(folder)
    return folder


@pytest.fixture
def pong(known, tmp_path):
    """A copy of that run, without bookmarks."""
    return shutil.copytree(known, tmp_path / "experiments" / "run")


@pytest.fixture
def marked(known, pong):
    """A copy of that run, with bookmarks."""
    path = marks_of(pong).path
    path.parent.mkdir(parents=True)
    shutil.copy(marks_of(known).path, path)
    return pong


def told(folder, first, count=3):
    """What is shown from step `first` of the first game on, and how much was played unseen before."""
    opened, unseen = open_tape(folder), [0]
    moments = list(
        opened.play(
            opened.episodes()[0],
            first=first,
            last=first + count,
            view=View.OBSERVATION,
            progress=lambda _, total: unseen.append(total),
        )
    )
    return [(one.index, one.action, one.reward, one.score, one.observation.tobytes()) for one in moments], max(unseen)


def write_marks(folder):
    """Leave bookmarks for the run in `folder`; their file, and the steps played for it."""
    path = marks_of(folder).path
    path.parent.mkdir(parents=True, exist_ok=True)
    return path, bookmark(folder, path)


@pytest.mark.parametrize(
    ("game", "settings"),
    [("pong", {"repeat_probability": 0.25}), ("kung_fu_master", {})],
    ids=["sticky", "memory survives a reset"],
)
def test_a_first_visit_goes_on_from_a_bookmark_and_shows_what_was_played(run, game, settings):
    folder = run(game, **settings)
    expected, far = told(folder, 130)
    write_marks(folder)
    found, unseen = told(folder, 130)
    assert far == 130
    assert 0 < unseen <= AWAY
    assert found == expected


def test_near_a_beginning_nothing_is_tried_out(pong, monkeypatch):
    made = []
    make_one = Simulator.__init__
    monkeypatch.setattr(Simulator, "__init__", lambda *args, **how: made.append(args) or make_one(*args, **how))
    told(pong, 10)
    assert len(made) == 1


def test_bookmarks_are_left_once(marked):
    size = marks_of(marked).path.stat().st_size
    assert write_marks(marked)[1] == 0
    assert marks_of(marked).path.stat().st_size == size


def test_a_torn_file_is_read_as_far_as_it_goes_and_gone_on_with(marked):
    path = marks_of(marked).path
    whole = path.read_bytes()
    path.write_bytes(whole[:-150])
    assert SPACING < told(marked, 130)[1] <= SPACING + AWAY
    assert 0 < write_marks(marked)[1] < ROWS
    assert path.read_bytes() == whole


def test_bookmarks_of_other_play_are_not_used_and_made_anew(known, run):
    folder = run(rows=100, seed=2)
    path = marks_of(folder).path
    path.parent.mkdir(parents=True)
    shutil.copy(marks_of(known).path, path)
    marks, reel = marks_of(folder), open_tape(folder)._reel("training")
    marks.refresh()
    assert marks.last_place > 0
    assert marks.nearest(reel, 0, 100) is None
    assert marks.reached(reel) == 0
    MarkWriter(path, guide.GUIDE, reel).close()
    marks.refresh()
    assert marks.last_place == 0


def test_a_data_folder_that_is_gone_is_not_made_anew_for_bookmarks(tmp_path):
    path = tmp_path / "gone" / "cache" / "bookmarks" / "run" / "x.marks"
    with pytest.raises(FileNotFoundError):
        make_folder(path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "gone").mkdir()
    make_folder(path)
    assert path.parent.is_dir()


@pytest.mark.parametrize("junk", [b"no bookmarks at all", bytes(500)])
def test_a_file_that_is_none_is_not_used_and_made_anew(marked, junk):
    path = marks_of(marked).path
    whole = path.read_bytes()
    path.write_bytes(junk)
    marks, reel = marks_of(marked), open_tape(marked)._reel("training")
    marks.refresh()
    assert marks.nearest(reel, 0, ROWS) is None
    write_marks(marked)
    assert path.read_bytes() == whole


def test_bookmarks_that_lead_astray_are_thrown_away(marked, monkeypatch):
    load = Simulator.load

    def load_and_slip(simulator, state, elapsed):
        load(simulator, state, elapsed)
        simulator.step(0, look=False)

    monkeypatch.setattr(Simulator, "load", load_and_slip)
    with pytest.raises(ValueError, match="re-simulation differs"):
        told(marked, 100, count=40)
    assert not marks_of(marked).path.exists()


def test_a_file_that_grows_is_followed(known, pong):
    marks, reel = marks_of(pong), open_tape(pong)._reel("training")
    marks.refresh()
    assert marks.nearest(reel, 0, ROWS) is None
    marks.path.parent.mkdir(parents=True)
    shutil.copy(marks_of(known).path, marks.path)
    marks.refresh()
    assert marks.nearest(reel, 0, ROWS).place > ROWS - AWAY
    assert marks.reached(reel) == ROWS


def test_bookmarks_of_another_environment_are_not_used(marked):
    marks = Marks(marks_of(marked).path, 1)
    marks.refresh()
    assert marks.nearest(open_tape(marked)._reel("training"), 0, ROWS) is None


def test_a_state_beside_an_earlier_one_is_small_and_comes_back_whole():
    player = Simulator("pong", AtariConfig(), 3)
    player.begin(7)
    states = [player._ale.cloneSystemState().serialize() for step in range(400) if player.step(step % 6, look=False)]
    packed = pack(states[-1], states[0])
    assert len(packed) < 500
    assert unpack(packed, states[0]) == states[-1]


def test_a_state_of_other_random_numbers_does_not_follow():
    one, other = (Simulator("pong", AtariConfig(), seed)._ale.cloneSystemState().serialize() for seed in (1, 2))
    assert pack(one, other) is None


def test_the_soonest_of_the_games_going_on_is_found(run):
    folder = run("breakout", count=2, rows=220)
    opened = open_tape(folder)
    assert isinstance(opened, QuickTape)
    for step in (0, 301, 422, 439, 10**9):
        episode, index = opened.soonest(step)
        row = min(step, 439) // 2
        going_on = [one for one in opened.episodes() if 0 <= row - one.first_step // 2 < one.length]
        assert index == row - episode.first_step // 2 == min(row - one.first_step // 2 for one in going_on)


def test_bookmarks_make_a_game_the_soonest(run, monkeypatch):
    folder = run(count=2, rows=100)
    assert open_tape(folder).soonest(2 * 90)[0].environment == 0
    monkeypatch.setattr(guide, "GUIDE", 1)
    write_marks(folder)
    assert open_tape(folder).soonest(2 * 90)[0].environment == 1


class Helper:
    """Stands for the process that leaves bookmarks."""

    def __init__(self):
        self.running, self.killed = True, 0

    def poll(self):
        return None if self.running else 0

    def kill(self):
        self.killed += 1

    def wait(self):
        return 0


def test_a_tape_is_made_ready_by_one_process_at_a_time_that_ends_with_it(pong, monkeypatch):
    helpers = []
    monkeypatch.setattr(tape_module, "start", lambda folder, marks: helpers.append(Helper()) or helpers[-1])
    opened = open_tape(pong)
    opened.make_ready()
    opened.make_ready()
    assert len(helpers) == 1
    helpers[0].running = False
    opened.make_ready()
    opened.close()
    assert [helper.killed for helper in helpers] == [0, 1]


def test_a_tape_that_is_ready_needs_no_process(marked, monkeypatch):
    monkeypatch.setattr(tape_module, "start", lambda folder, marks: pytest.fail("there is nothing to do"))
    opened = open_tape(marked)
    opened.make_ready()
    opened.close()


def test_the_process_forgets_the_bookmarks_of_runs_that_are_gone(marked, monkeypatch):
    monkeypatch.setattr(guide, "_step_back", lambda: None)
    path = marks_of(marked).path
    gone = path.parent.parent / "gone"
    gone.mkdir()
    assert guide.main([str(marked), str(path)]) == 0
    assert path.exists()
    assert not gone.exists()


class Started:
    """Stands for a process that was started."""

    returncode = None


def test_a_process_is_left_behind_only_where_it_is_worth_it(known, pong, tmp_path, monkeypatch):
    monkeypatch.setattr(guide, "start", lambda folder, marks: Started())
    assert leave_behind(pong)
    assert not leave_behind(known)
    assert not leave_behind(tmp_path / "elsewhere")


def test_runs_outside_a_data_root_have_no_bookmarks(known, tmp_path, monkeypatch):
    monkeypatch.setattr(tape_module, "start", lambda folder, marks: pytest.fail("there is no place for bookmarks"))
    folder = shutil.copytree(known, tmp_path / "run")
    assert marks_of(folder) is None
    open_tape(folder).make_ready()


def test_the_lowest_priority_is_asked_for_without_failing(monkeypatch):
    asked = []
    monkeypatch.setattr(guide.os, "nice", asked.append, raising=False)
    monkeypatch.setattr(guide.sys, "platform", "other")
    guide._step_back()
    assert asked == [19]
