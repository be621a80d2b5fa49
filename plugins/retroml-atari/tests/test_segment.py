from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retroml_atari.segment import BEGIN, END, Block, complete_groups, decode_block, encode_block, encode_header, records


def block(rows: int = 20, count: int = 3, first_row: int = 5, seed: int = 0, largest: int = 100) -> Block:
    generator = np.random.default_rng(seed)
    rewards = generator.integers(-largest, largest, (rows, count), endpoint=True) * (generator.random((rows, count)) < 0.2)
    return Block(
        first_row=first_row,
        actions=generator.integers(0, 18, (rows, count)).astype(np.uint8),
        rewards=rewards.astype(np.int32),
        lost=generator.random((rows, count)) < 0.05,
        checks=generator.integers(0, 256, (complete_groups(first_row, rows), count)).astype(np.uint8),
        head=bytes(range(16)),
        first_seconds=1.5,
        last_seconds=2.5,
        written_at=1_795_402_515.25,
        begins=np.array([(0, 1, 7, 12, -1, 99)], BEGIN),
        ends=np.array([(3, 2, -400, 2, 1)], END),
    )


def read(data: bytes, count: int) -> Block:
    (record,) = records(data)
    return decode_block(record.payload).unpack(count)


def same(one: Block, other: Block) -> bool:
    arrays = ("actions", "rewards", "lost", "checks", "begins", "ends", "policies")
    plain = ("first_row", "head", "first_seconds", "last_seconds", "written_at")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in plain
    )


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(0, 70),
    count=st.integers(1, 9),
    first_row=st.integers(0, 2**40),
    seed=st.integers(0, 1000),
    largest=st.sampled_from([0, 1, 127, 128, 32767, 32768, 2**31 - 1]),
)
def test_a_block_is_read_as_it_was_written(rows, count, first_row, seed, largest):
    written = block(rows, count, first_row, seed, largest)
    assert same(read(encode_block(written), count), written)


@settings(max_examples=40, deadline=None)
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(place, bit):
    data = bytearray(encode_block(block()))
    data[place % len(data)] ^= 1 << bit
    assert list(records(bytes(data))) == []


def test_a_tail_torn_at_any_byte_leaves_what_was_whole():
    whole = encode_header({"a": 1}) + encode_block(block())
    last = encode_block(block(seed=1))
    for cut in range(len(last)):
        found = list(records(whole + last[:cut]))
        assert [record.kind for record in found] == [b"HEAD", b"ROWS"]
        assert found[-1].end == len(whole)


def test_headers_of_other_formats_are_refused():
    (record,) = records(encode_header({"version": 99}))
    with pytest.raises(ValueError, match="not a tape of version 1"):
        record.header()


def test_a_block_for_another_number_of_environments_is_refused():
    with pytest.raises(ValueError, match="do not fit"):
        read(encode_block(block(count=3)), 4)


def test_a_block_cut_inside_is_refused():
    (record,) = records(encode_block(block()))
    with pytest.raises(ValueError, match="cannot be unpacked"):
        decode_block(record.payload[:90])
    with pytest.raises(ValueError, match="too short for its header"):
        decode_block(record.payload[:20])


@pytest.mark.parametrize(
    ("first_row", "rows", "groups"), [(0, 15, 0), (0, 16, 1), (13, 3, 1), (16, 16, 1), (15, 34, 3), (17, 14, 0)]
)
def test_groups_are_counted_where_they_end(first_row, rows, groups):
    assert complete_groups(first_row, rows) == groups


def test_trained_play_takes_less_than_half_a_byte_a_step():
    """A policy that repeats itself as trained ones do: about 1.4 bits of surprise in each action."""
    generator = np.random.default_rng(0)
    actions = np.where(generator.random((1000, 8)) < 0.8, 3, generator.integers(0, 6, (1000, 8))).astype(np.uint8)
    rewards = (generator.random((1000, 8)) < 0.02).astype(np.int32)
    written = dataclasses.replace(block(1000, 8), actions=actions, rewards=rewards)
    assert len(encode_block(written)) / 8000 < 0.5
