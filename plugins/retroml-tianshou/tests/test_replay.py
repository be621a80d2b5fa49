"""The replay against a plain record of everything that was seen: pictures, returns, ends, laps, storages, states.

Shapes: B environments, C stacked pictures, H height, W width.
"""

from functools import partial

import numpy as np
import pytest
from retroml_tianshou.replay.buffer import ReplayBuffer
from retroml_tianshou.replay.compressed import CompressedFrames
from retroml_tianshou.replay.frames import MappedFrames, MemoryFrames
from retroml_tianshou.replay.sampling import UniformSampler
from retroml_tianshou.replay.saving import Segments

from retroml_core.algorithm import TrainingFault
from retroml_core.environment import Transition
from retroml_core.tree import copy_tree, digest

GAMMA = 0.9
SHAPE = (3, 6, 5)
STORAGES = {"memory": MemoryFrames, "mapped": MappedFrames, "compressed": CompressedFrames}


class Game:
    """Random pictures in running stacks, games of random lengths that end, are cut, or lose a life on the way."""

    def __init__(self, count, shape=SHAPE, seed=0):
        self.random = np.random.default_rng(seed)
        self.count, self.shape = count, shape
        self.obs = np.zeros((count, *shape), np.uint8)
        self.obs[:, -1] = self._pictures()

    def _pictures(self):
        return self.random.integers(1, 256, (self.count, *self.shape[1:]), dtype=np.uint8)

    def step(self):
        last = np.concatenate([self.obs[:, 1:], self._pictures()[:, None]], axis=1)
        fate = self.random.random(self.count)
        over, cut, life = fate < 0.1, (fate >= 0.1) & (fate < 0.2), (fate >= 0.2) & (fate < 0.3)
        self.obs = last.copy()
        self.obs[over | cut, :-1] = 0
        self.obs[over | cut, -1] = self._pictures()[over | cut]
        rewards = self.random.integers(-1, 2, self.count).astype(np.float32)
        return Transition(
            obs=self.obs,
            actions=self.random.integers(0, 18, self.count),
            rewards=rewards,
            raw_rewards=rewards,
            terminated=over | life,
            truncated=cut,
            final_obs={int(i): last[i] for i in np.flatnonzero(over | cut)},
        )


def make_buffer(slots=20, count=2, horizon=1, storage=MemoryFrames, shape=SHAPE, segment_steps=8):
    buffer = ReplayBuffer(
        slots=slots,
        environments=count,
        observation_shape=shape,
        horizon=horizon,
        gamma=GAMMA,
        sampler=UniformSampler(slots * count, np.random.default_rng(5)),
        storage=storage,
    )
    buffer._segments = Segments(buffer, segment_steps)
    return buffer


def play(buffer, game, rows, record=None):
    """Let `buffer` see `rows` rows and begin one more; the record of all rows."""
    record = [] if record is None else record
    for _ in range(rows):
        if len(record) == buffer.rows:
            record.append([game.obs.copy(), None])
            buffer.see(game.obs)
        record[-1][1] = game.step()
        buffer.learn(record[-1][1])
    record.append([game.obs.copy(), None])
    buffer.see(game.obs)
    return record


def expected(record, row, environment, horizon):
    """What a step comes to, one reward at a time."""
    total = 0.0
    for ahead in range(horizon):
        transition = record[row + ahead][1]
        total += GAMMA**ahead * float(transition.rewards[environment])
        if transition.terminated[environment]:
            return total, 0.0, None
        if transition.truncated[environment]:
            return total, GAMMA ** (ahead + 1), transition.final_obs[environment]
    return total, GAMMA**horizon, record[row + horizon][0][environment]


def drawable(buffer):
    """The rows that can be drawn."""
    first = max(0, buffer.rows - buffer.slots + 1 + buffer.stacks.history)
    return range(first, buffer.rows - buffer.horizon + 1)


def check(buffer, record):
    """Every step that can be drawn is what the record says."""
    places = [(row, i) for row in drawable(buffer) for i in range(buffer.environments)]
    indices = np.array([row % buffer.slots * buffer.environments + i for row, i in places])
    drawn = buffer.look_up(indices, np.ones(len(indices), np.float32))
    for n, (row, i) in enumerate(places):
        total, discount, next_obs = expected(record, row, i, buffer.horizon)
        np.testing.assert_array_equal(drawn.obs[n], record[row][0][i])
        assert drawn.actions[n] == record[row][1].actions[i]
        assert drawn.returns[n] == pytest.approx(total, abs=1e-6)
        assert drawn.discounts[n] == pytest.approx(discount)
        if next_obs is not None:
            np.testing.assert_array_equal(drawn.next_obs[n], next_obs)
    return len(places)


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES)
@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("rows", [5, 19, 20, 21, 57])
def test_every_step_is_as_it_was_seen(storage, horizon, rows):
    buffer, game = make_buffer(horizon=horizon, storage=storage), Game(2)
    record = play(buffer, game, rows)
    assert check(buffer, record) >= 2 * min(rows - horizon, 12)
    buffer.close()


@pytest.mark.parametrize("count", [1, 5])
def test_environments_have_rings_of_their_own(count):
    buffer = make_buffer(count=count)
    check(buffer, play(buffer, Game(count), 40))


def test_what_is_drawn_is_what_can_be_drawn():
    buffer = make_buffer(horizon=3)
    play(buffer, Game(2), 50)
    drawn = set(buffer.sample(4000).indices.tolist())
    assert drawn == {row % 20 * 2 + i for row in drawable(buffer) for i in range(2)}


def test_nothing_can_be_drawn_before_the_horizon_is_known():
    buffer = make_buffer(horizon=3)
    play(buffer, Game(2), 2)
    with pytest.raises(ValueError, match="nothing to draw"):
        buffer.sample(1)


def test_one_seed_draws_the_same_steps():
    one, two = make_buffer(), make_buffer()
    for buffer in (one, two):
        play(buffer, Game(2), 30)
    np.testing.assert_array_equal(one.sample(50).indices, two.sample(50).indices)


def test_observations_that_are_no_stacks_are_kept_whole():
    buffer = make_buffer(shape=(3, 6, 5))
    random = np.random.default_rng(1)
    record = []
    for _ in range(45):
        obs = random.integers(1, 256, (2, 3, 6, 5)).astype(np.uint8)
        buffer.see(obs)
        still = np.zeros(2, np.bool_)
        rewards = np.ones(2, np.float32)
        actions = np.zeros(2, np.int64)
        step = Transition(
            obs=obs, actions=actions, rewards=rewards, raw_rewards=rewards, terminated=still, truncated=still, final_obs={}
        )
        buffer.learn(step)
        record.append([obs, step])
    buffer.see(obs)
    record.append([obs, None])
    assert buffer.stacks.history == 0
    check(buffer, record)


def test_stacks_that_do_not_run_on_end_the_training():
    buffer, game = make_buffer(), Game(2)
    play(buffer, game, 3)
    buffer.learn(game.step())
    with pytest.raises(TrainingFault, match="do not go on like them"):
        buffer.see(game.obs ^ 1)


def test_too_few_slots_are_refused():
    with pytest.raises(ValueError, match="6 slots are too few for stacks of 3 and a horizon of 3"):
        make_buffer(slots=6, horizon=3)


# --- memory ---------------------------------------------------------------------------------------------------------------


def test_a_step_takes_its_picture_and_nine_bytes():
    buffer = make_buffer(slots=64, count=2, shape=(4, 84, 84))
    assert buffer.nbytes == 0
    play(buffer, Game(2, (4, 84, 84)), 9)
    cut = sum(obs.nbytes for games in buffer.finals.values() for obs in games.values())
    assert buffer.nbytes - cut == 2 * (10 * 84 * 84 + 9 * 9)


def test_last_pictures_of_cut_games_go_with_their_steps():
    buffer = make_buffer()
    play(buffer, Game(2), 300)
    assert 0 < len(buffer.finals) < 20


def test_compression_saves_memory_where_pictures_are_alike():
    frames = CompressedFrames(64, 2, 7056)
    for slot in range(64):
        frames.write(slot, np.full((2, 7056), slot, np.uint8))
    assert frames.nbytes - frames._open_KBP.nbytes < 64 * 2 * 7056 / 13


def test_a_mapped_replay_leaves_no_file(tmp_path):
    frames = MappedFrames(8, 1, 16, folder=tmp_path)
    frames.write(0, np.ones((1, 16), np.uint8))
    frames.close()
    frames.close()
    assert list(tmp_path.iterdir()) == []


# --- state ----------------------------------------------------------------------------------------------------------------


def restored(state, **settings):
    buffer = make_buffer(**settings)
    buffer.restore(state)
    return buffer


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES)
@pytest.mark.parametrize("rows", [3, 25, 50])
def test_a_restored_replay_goes_on_as_the_first_one(storage, rows):
    first, game = make_buffer(horizon=2), Game(2)
    for _ in range(rows):
        first.see(game.obs)
        first.learn(game.step())
    second = restored(copy_tree(first.state()), horizon=2, storage=storage)
    assert digest(second.state()) == digest(first.state())
    record = [[game.obs.copy(), None]]
    for buffer in (first, second):
        buffer.see(game.obs)
    record[0][1] = game.step()
    for buffer in (first, second):
        buffer.learn(record[0][1])
        buffer.see(game.obs)
    drawn = [buffer.sample(64) for buffer in (first, second)]
    for name in ("indices", "obs", "actions", "returns", "discounts", "next_obs"):
        np.testing.assert_array_equal(getattr(drawn[0], name), getattr(drawn[1], name))
    second.close()


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"slots": 30}, "replay_size=40, this one 60"), ({"horizon": 3}, "n_step=1, this one 3")],
)
def test_a_state_of_another_shape_is_refused(settings, message):
    buffer = make_buffer()
    fill(buffer, Game(2), 3)
    with pytest.raises(ValueError, match=message):
        make_buffer(**settings).restore(buffer.state())


def parts(buffer):
    """The keys of the full segments, four rows each."""
    return [segment.key for segment in buffer.state()["segments"] if segment.read()["rows"] == 4]


def fill(buffer, game, rows):
    for _ in range(rows):
        buffer.see(game.obs)
        buffer.learn(game.step())


def test_full_segments_keep_their_keys_until_they_are_overwritten():
    buffer, game = make_buffer(), Game(2)
    fill(buffer, game, 18)
    before = parts(buffer)
    assert len(before) == 4
    fill(buffer, game, 9)
    after = parts(buffer)
    assert len(after) == 4
    assert after[:2] == before[2:]


def test_a_state_says_each_row_once():
    buffer, game = make_buffer(), Game(2)
    fill(buffer, game, 27)
    contents = [segment.read() for segment in buffer.state()["segments"]]
    rows = [row for content in contents for row in range(content["first"], content["first"] + content["rows"])]
    assert rows == list(range(7, 27))


def test_parts_taken_up_are_those_given_back():
    buffer, game = make_buffer(), Game(2)
    fill(buffer, game, 18)
    again = restored(copy_tree(buffer.state()))
    assert parts(again) == parts(buffer)
    for part in again.state()["segments"]:
        assert digest(part.read()) == part.key.removeprefix("replay-")


@pytest.mark.parametrize("kind", ["memory", "compressed", "mapped"])
def test_the_storage_does_not_change_a_state(kind):
    one, two = make_buffer(), make_buffer(storage=partial(STORAGES[kind]))
    for buffer in (one, two):
        fill(buffer, Game(2), 33)
    assert digest(one.state()) == digest(two.state())


# --- Atari ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("game", "frames"), [("breakout", 400), ("pong", 700), ("ms_pacman", 1000)])
def test_stacks_are_what_agents_saw_of_atari_games(game, frames):
    from retroml_atari.environment import make
    from retroml_atari.settings import AtariConfig

    from retroml_core.environment import EnvironmentBuild

    config = AtariConfig(image_height=42, image_width=42, time_limit_frames=frames, key_steps=60)
    atari = make(EnvironmentBuild(game=game, config=config, count=2, seed=3, threads=1))
    buffer = make_buffer(slots=250, horizon=3, shape=atari.info.observation_shape)
    random, obs, record = np.random.default_rng(2), atari.reset(), []
    for _ in range(360):
        buffer.see(obs)
        atari.send(random.integers(0, atari.info.action_count, 2))
        transition = atari.recv()
        buffer.learn(transition)
        record.append([obs, transition])
        obs = transition.obs
    buffer.see(obs)
    record.append([obs, None])
    atari.close()
    ends = [transition for _, transition in record[:-1]]
    lives = sum(int(t.terminated.sum()) - sum(t.terminated[i] for i in t.final_obs) for t in ends)
    assert any(t.truncated.any() for t in ends[120:])
    assert lives > 0 or game == "pong"
    assert check(buffer, record) > 480
