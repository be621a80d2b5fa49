import math

import numpy as np
import pytest

from retroml_core.tree import copy_tree, digest, load_tree, not_finite, save_tree, tree_bytes


def rich():
    return {
        "weights": np.arange(6, dtype=np.float32).reshape(2, 3),
        "scalar": np.array(3.5),
        "empty": np.zeros((0, 4), np.uint8),
        "flags": np.array([True, False]),
        "nested": {"list": [1, "two", None, True, {"deep": np.int64(7)}], "tuple": (1.5, math.inf)},
        "generator": {"state": 2**127 + 1},
        "nan": math.nan,
    }


def test_everything_comes_back(tmp_path):
    save_tree(rich(), tmp_path / "x")
    back = load_tree(tmp_path / "x")
    assert digest(back) == digest(rich())
    assert back["weights"].dtype == np.float32
    assert back["scalar"].shape == ()
    assert back["generator"]["state"] == 2**127 + 1
    assert back["nested"]["tuple"] == [1.5, math.inf]
    assert math.isnan(back["nan"])


def test_what_was_loaded_can_be_written_to(tmp_path):
    save_tree(rich(), tmp_path / "x")
    load_tree(tmp_path / "x")["weights"][0, 0] = 5


def test_arrays_that_are_views_are_saved_as_they_look(tmp_path):
    whole = np.arange(12).reshape(3, 4)
    save_tree({"part": whole[:, ::2].T}, tmp_path / "x")
    np.testing.assert_array_equal(load_tree(tmp_path / "x")["part"], whole[:, ::2].T)


def test_a_leaf_that_is_no_tree_is_named(tmp_path):
    with pytest.raises(TypeError, match="cannot hold set \\(at /a/1\\)"):
        save_tree({"a": [1, {2}]}, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x.json", "x.safetensors"])
def test_damage_is_a_value_error(tmp_path, name):
    save_tree(rich(), tmp_path / "x")
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(ValueError, match=r"."):
        load_tree(tmp_path / "x")


@pytest.mark.parametrize(
    "other",
    [
        {"a": np.array([1.0, 2.0], np.float64)},
        {"a": np.array([[1.0, 2.0]], np.float32)},
        {"a": np.array([1.0, -2.0], np.float32)},
        {"b": np.array([1.0, 2.0], np.float32)},
        {"a": np.array([1.0, 2.0], np.float32), "b": 1},
    ],
)
def test_the_digest_tells_type_shape_bits_and_names_apart(other):
    assert digest(other) != digest({"a": np.array([1.0, 2.0], np.float32)})


def test_the_digest_tells_zeros_apart():
    assert digest({"a": np.array([0.0])}) != digest({"a": np.array([-0.0])})


def test_a_copy_has_arrays_of_its_own():
    tree = {"a": [np.zeros(2)], "b": "text"}
    copy = copy_tree(tree)
    tree["a"][0][0] = 1
    assert copy["a"][0][0] == 0
    assert copy["b"] == "text"


def test_bytes_are_those_of_the_arrays():
    assert tree_bytes({"a": np.zeros(3), "b": [np.zeros(2, np.uint8)], "c": 5}) == 26


def test_not_finite_names_the_first_place():
    assert not_finite({"a": np.ones(2), "b": np.array([1, 2])}) is None
    assert not_finite({"a": np.ones(2), "b": {"c": [np.array([1.0, np.inf])]}}) == "/b/c/0"
