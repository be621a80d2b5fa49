"""Plain trees: nested dicts and lists of arrays, numbers, strings, booleans and None; safe to load from anybody.

A tree is written as two files: `<name>.json` holds the structure, `<name>.safetensors` the arrays
(https://github.com/huggingface/safetensors). Loading executes nobody's code. Integers may be of any size.

A leaf may also be a `Part`: a tree of its own that will never change, such as a full segment of a replay buffer. Trees that
hold the same part share it: whoever keeps many of them, as checkpoints do, writes it only once.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.files import whole, write_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Part",
    "Tree",
    "copy_tree",
    "digest",
    "load_tree",
    "make_part",
    "not_finite",
    "pack_tree",
    "save_tree",
    "tree_bytes",
    "unpack_tree",
]

Tree = dict[str, Any]
"""A plain tree; the keys are strings without a slash."""

_ARRAY = "$array"
_FLOAT = "$float"
_PART, _CONTENT = "$part", "$content"
_STRUCTURE = "structure"
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,127}")


@dataclass(frozen=True, eq=False)
class Part:
    """A tree inside a tree that will never change. Equal keys mean equal content, in all trees of a run.

    `read` gives the content, from memory or from disk; arrays may be live. `size_bytes` is what they take.
    """

    key: str
    read: Callable[[], Tree]
    size_bytes: int = 0

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise ValueError(f"the key of a part is small letters, digits and dashes, not {self.key!r}")


def make_part(name: str, read: Callable[[], Tree]) -> Part:
    """A part whose key is `name` and the digest of its content, which is read once for it."""
    content = read()
    return Part(f"{name}-{digest(content)}", read, tree_bytes(content))


def save_tree(tree: Tree, stem: Path, keep: Callable[[Part], None] | None = None) -> list[Path]:
    """Write `tree` to `<stem>.json` and `<stem>.safetensors`; the two paths. Raises TypeError naming a leaf it cannot hold.

    Each part is handed to `keep`, which keeps it elsewhere; without `keep` parts are written with the rest.
    """
    from safetensors.numpy import save_file

    arrays: dict[str, NDArray[Any]] = {}
    structure = _strip(tree, "", arrays, keep)
    files = [stem.with_name(stem.name + ".json"), stem.with_name(stem.name + ".safetensors")]
    write_bytes(files[0], json.dumps(structure, allow_nan=False).encode())
    with whole(files[1]) as temporary:
        save_file(arrays, temporary)
    return files


def load_tree(stem: Path, kept: Callable[[str], Part] | None = None) -> Tree:
    """The tree written by `save_tree(tree, stem)`; `kept(key)` gives the parts that were kept elsewhere.

    Raises OSError or ValueError when a file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    structure = json.loads(stem.with_name(stem.name + ".json").read_text(encoding="utf-8"))
    try:
        arrays = load_file(stem.with_name(stem.name + ".safetensors"))
    except SafetensorError as error:
        raise ValueError(f"{stem}.safetensors is damaged: {error}") from error
    tree = _fill(structure, arrays, kept)
    if not isinstance(tree, dict):
        raise ValueError(f"{stem}.json does not hold a tree")
    return tree


def pack_tree(tree: Tree) -> bytes:
    """`tree` as the bytes of one safetensors file, whose array "structure" is the JSON. Raises TypeError as `save_tree`."""
    import numpy as np
    from safetensors.numpy import save

    arrays: dict[str, NDArray[Any]] = {}
    structure = json.dumps(_strip(tree, "", arrays, None), allow_nan=False).encode()
    packed: bytes = save({**arrays, _STRUCTURE: np.frombuffer(structure, np.uint8)})
    return packed


def unpack_tree(packed: bytes) -> Tree:
    """The tree of `pack_tree`. Raises ValueError when it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(packed)
        tree = _fill(json.loads(arrays.pop(_STRUCTURE).tobytes()), arrays, None)
    except (SafetensorError, KeyError) as error:
        raise ValueError(f"this is no packed tree: {error}") from error
    if not isinstance(tree, dict):
        raise ValueError("this is no packed tree")
    return tree


def digest(tree: Tree) -> str:
    """A BLAKE2 digest (32 hex digits) of a tree, equal exactly when structure, types and every bit of the arrays are.

    Of a part it takes in the key, which stands for the content.
    """
    import numpy as np

    arrays: dict[str, NDArray[Any]] = {}
    structure = _strip(tree, "", arrays, lambda _: None)
    total = hashlib.blake2b(json.dumps(structure, sort_keys=True).encode(), digest_size=16)
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name}:{array.dtype.str}:{array.shape}".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def copy_tree(tree: Tree, known: Container[str] = ()) -> Tree:
    """A tree with arrays of its own; parts whose keys are `known` are neither read nor copied, and cannot be read from it."""

    def copy_part(part: Part) -> Part:
        if part.key in known:
            return Part(part.key, lambda: _refuse(part.key), part.size_bytes)
        content = copy_tree(part.read())
        return Part(part.key, lambda: content, part.size_bytes)

    copied: Tree = _map_leaves(tree, lambda _, array: array.copy(), copy_part)
    return copied


def _refuse(key: str) -> Tree:
    raise ValueError(f"part {key} was left out of this copy")


def tree_bytes(tree: Tree, known: Container[str] = ()) -> int:
    """What the arrays of `tree` take, without those of parts whose keys are `known`."""
    sizes: list[int] = []

    def add_part(part: Part) -> None:
        if part.key not in known:
            sizes.append(part.size_bytes)

    _map_leaves(tree, lambda _, array: sizes.append(array.nbytes), add_part)
    return sum(sizes)


def not_finite(tree: Tree) -> str | None:
    """The path of the first array that holds a NaN or an infinity, or None. Parts are not looked into."""
    import numpy as np

    found: list[str] = []

    def look(path: str, array: NDArray[Any]) -> None:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            found.append(path)

    _map_leaves(tree, look, lambda _: None)
    return found[0] if found else None


def _map_leaves(
    node: Any, change: Callable[[str, NDArray[Any]], Any], change_part: Callable[[Part], Any], path: str = ""
) -> Any:
    if isinstance(node, dict):
        return {key: _map_leaves(value, change, change_part, f"{path}/{key}") for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_map_leaves(value, change, change_part, f"{path}/{i}") for i, value in enumerate(node)]
    if isinstance(node, Part):
        return change_part(node)
    return change(path, node) if hasattr(node, "dtype") and hasattr(node, "nbytes") and hasattr(node, "shape") else node


def _strip(node: Any, path: str, arrays: dict[str, NDArray[Any]], keep: Callable[[Part], None] | None) -> Any:
    import numpy as np

    if isinstance(node, dict):
        return {str(key): _strip(value, f"{path}/{key}", arrays, keep) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_strip(value, f"{path}/{i}", arrays, keep) for i, value in enumerate(node)]
    if isinstance(node, Part):
        return _strip_part(node, path, arrays, keep)
    if isinstance(node, np.ndarray):
        arrays[path] = np.ascontiguousarray(node).reshape(node.shape)
        return {_ARRAY: path}
    if isinstance(node, np.generic):
        return _strip(node.item(), path, arrays, keep)
    if isinstance(node, float) and not math.isfinite(node):
        return {_FLOAT: repr(node)}
    if node is None or isinstance(node, bool | int | float | str):
        return node
    allowed = "dicts, lists, numbers, text, None and NumPy arrays"
    raise TypeError(f"a plain tree cannot hold {type(node).__name__} (at {path or '/'}), only {allowed}")


def _strip_part(part: Part, path: str, arrays: dict[str, NDArray[Any]], keep: Callable[[Part], None] | None) -> Any:
    if keep is None:
        return {_PART: part.key, _CONTENT: _strip(part.read(), path, arrays, None)}
    keep(part)
    return {_PART: part.key}


def _fill(node: Any, arrays: dict[str, NDArray[np.generic]], kept: Callable[[str], Part] | None) -> Any:
    if isinstance(node, dict):
        if set(node) == {_ARRAY}:
            return arrays[node[_ARRAY]]
        if set(node) == {_FLOAT}:
            return float(node[_FLOAT])
        if _PART in node:
            return _fill_part(node, arrays, kept)
        return {key: _fill(value, arrays, kept) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, arrays, kept) for value in node]
    return node


def _fill_part(node: Tree, arrays: dict[str, NDArray[np.generic]], kept: Callable[[str], Part] | None) -> Part:
    if _CONTENT in node:
        content: Tree = _fill(node[_CONTENT], arrays, kept)
        return Part(node[_PART], lambda: content, tree_bytes(content))
    if kept is None:
        raise ValueError(f"part {node[_PART]} lies outside of this tree")
    return kept(node[_PART])
