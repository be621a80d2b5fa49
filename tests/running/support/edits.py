"""What somebody may do to the files of a run afterwards."""

import hashlib

import numpy as np

from retroml_core.files import read_json, write_json
from retroml_core.runs.eventlog import decode, encode
from retroml_core.tree import load_tree, save_tree


def kill(run):
    write_json(run.folder / "state.json", {**read_json(run.folder / "state.json"), "pid": None})


def edit_event(run, kind, number, **changes):
    """Change the data of the `number`th event of `kind`; it."""
    path = min(run.events_folder.iterdir())
    lines = path.read_bytes().splitlines()
    index = [i for i, line in enumerate(lines) if decode(line).type == kind][number]
    event = decode(lines[index])
    event.data.update(changes)
    lines[index] = encode(event)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return event


def edit_checkpoint(run, step, change, name="state"):
    """Let `change` work on a tree of a checkpoint, and the manifest know nothing of it having been another."""
    folder = run.checkpoints_folder / f"{step:012d}"
    tree = load_tree(folder / name)
    change(tree)
    files = save_tree(tree, folder / name)
    manifest = read_json(folder / "manifest.json")
    for path in files:
        manifest["files"][path.name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_json(folder / "manifest.json", manifest)


def edit_config(run, key, value):
    """Write another `value` of an algorithm's setting into `config.json`."""
    tree = run.tree
    tree["algorithm"][key] = value
    write_json(run.folder / "config.json", tree)


def flip_bit(array):
    """Flip the lowest bit of the first number of `array`."""
    array.view(np.uint8).flat[0] ^= 1
