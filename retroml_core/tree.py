"""Plain trees: nested dicts and lists of arrays, numbers, strings, booleans and None; safe to load from anybody.

A tree is written as two files: `<name>.json` holds the structure, `<name>.safetensors` the arrays
(https://github.com/huggingface/safetensors). Loading executes nobody's code. Integers may be of any size.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.files import whole, write_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Tree", "copy_tree", "digest", "load_tree", "not_finite", "save_tree", "tree_bytes"]

Tree = dict[str, Any]
"""A plain tree; the keys are strings without a slash."""

_ARRAY = "$array"
_FLOAT = "$float"


def save_tree(tree: Tree, stem: Path) -> list[Path]:
    """Write `tree` to `<stem>.json` and `<stem>.safetensors`; the two paths. Raises TypeError naming a leaf it cannot hold."""
    from safetensors.numpy import save_file

    arrays: dict[str, NDArray[Any]] = {}
    structure = _strip(tree, "", arrays)
    files = [stem.with_name(stem.name + ".json"), stem.with_name(stem.name + ".safetensors")]
    write_bytes(files[0], json.dumps(structure, allow_nan=False).encode())
    with whole(files[1]) as temporary:
        save_file(arrays, temporary)
    return files


def load_tree(stem: Path) -> Tree:
    """The tree written by `save_tree(tree, stem)`. Raises OSError or ValueError when a file is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    structure = json.loads(stem.with_name(stem.name + ".json").read_text(encoding="utf-8"))
    try:
        arrays = load_file(stem.with_name(stem.name + ".safetensors"))
    except SafetensorError as error:
        raise ValueError(f"{stem}.safetensors is damaged: {error}") from error
    tree = _fill(structure, arrays)
    if not isinstance(tree, dict):
        raise ValueError(f"{stem}.json does not hold a tree")
    return tree


def digest(tree: Tree) -> str:
    """A BLAKE2 digest (32 hex digits) of a tree, equal exactly when structure, types and every bit of the arrays are."""
    import numpy as np

    arrays: dict[str, NDArray[Any]] = {}
    structure = _strip(tree, "", arrays)
    total = hashlib.blake2b(json.dumps(structure, sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}:{array.dtype.str}:{array.shape}".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def copy_tree(tree: Tree) -> Tree:
    """A tree with arrays of its own."""
    copied: Tree = _map_arrays(tree, lambda _, array: array.copy())
    return copied


def tree_bytes(tree: Tree) -> int:
    """What the arrays of `tree` take."""
    sizes: list[int] = []
    _map_arrays(tree, lambda _, array: sizes.append(array.nbytes))
    return sum(sizes)


def not_finite(tree: Tree) -> str | None:
    """The path of the first array that holds a NaN or an infinity, or None."""
    import numpy as np

    found: list[str] = []

    def look(path: str, array: NDArray[Any]) -> None:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            found.append(path)

    _map_arrays(tree, look)
    return found[0] if found else None


def _map_arrays(node: Any, change: Callable[[str, NDArray[Any]], Any], path: str = "") -> Any:
    if isinstance(node, dict):
        return {key: _map_arrays(value, change, f"{path}/{key}") for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_map_arrays(value, change, f"{path}/{i}") for i, value in enumerate(node)]
    return change(path, node) if hasattr(node, "dtype") and hasattr(node, "nbytes") and hasattr(node, "shape") else node


def _strip(node: Any, path: str, arrays: dict[str, NDArray[Any]]) -> Any:
    import numpy as np

    if isinstance(node, dict):
        return {str(key): _strip(value, f"{path}/{key}", arrays) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_strip(value, f"{path}/{i}", arrays) for i, value in enumerate(node)]
    if isinstance(node, np.ndarray):
        arrays[path] = np.ascontiguousarray(node).reshape(node.shape)
        return {_ARRAY: path}
    if isinstance(node, np.generic):
        return _strip(node.item(), path, arrays)
    if isinstance(node, float) and not math.isfinite(node):
        return {_FLOAT: repr(node)}
    if node is None or isinstance(node, bool | int | float | str):
        return node
    raise TypeError(f"a plain tree cannot hold {type(node).__name__} (at {path or '/'})")


def _fill(node: Any, arrays: dict[str, NDArray[np.generic]]) -> Any:
    if isinstance(node, dict):
        if set(node) == {_ARRAY}:
            return arrays[node[_ARRAY]]
        if set(node) == {_FLOAT}:
            return float(node[_FLOAT])
        return {key: _fill(value, arrays) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, arrays) for value in node]
    return node
