"""`retroml networks`: the networks by name, what of them can be set, and their size. Imports no torch."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Any

from retroml_core.runs.forecast import size_text
from retroml_core.schema import NetworkConfig
from retroml_core.terminal.text_table import columns
from retroml_tianshou.architectures import Networks, collect, parameter_count, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App

__all__ = ["main"]

OBSERVATION = (4, 84, 84)
BYTES_EACH = 16
"""What a parameter takes while it is learned: itself, its gradient, and two moments of Adam, four bytes each."""


def main(app: App, argv: Sequence[str]) -> int:
    """List the networks, those of plugins included; 0."""
    parser = argparse.ArgumentParser(prog="retroml networks", description="List the networks and their sizes.")
    parser.add_argument("--actions", type=int, default=6, help="how many actions the game has (default: 6)")
    parser.add_argument("--width", type=float, default=1.0, help="network.width: channels and units times this (default: 1)")
    parser.add_argument("--json", action="store_true", help="print all that is known of each network as JSON")
    asked = parser.parse_args(argv)
    if asked.actions < 1 or asked.width <= 0:
        parser.error("--actions and --width must be more than 0")
    networks = collect(app.plugins.offers, app.plugins.report)
    rows = [_row(name, networks, asked.actions, asked.width) for name in sorted(networks)]
    sys.stdout.write((json.dumps(rows, indent=2) if asked.json else _table(rows)) + "\n")
    return 0


def _row(name: str, networks: Networks, actions: int, width: float) -> dict[str, Any]:
    architecture = resolve(NetworkConfig(name=name, width=width), networks)
    count = parameter_count(architecture, OBSERVATION, actions, networks)
    spec = networks[name]
    return {
        "name": name,
        "title": spec.title,
        "summary": spec.summary,
        "source": spec.source,
        "parameters": count,
        "learning_bytes": None if count is None else count * BYTES_EACH,
        "settings": {part: value for part, value in dataclasses.asdict(architecture).items() if value and part != "name"},
    }


def _table(rows: Sequence[dict[str, Any]]) -> str:
    head = ("network", "title", "parameters", "memory", "settings")
    lines = [
        (
            row["name"],
            row["title"],
            "?" if row["parameters"] is None else f"{row['parameters']:,}",
            "?" if row["parameters"] is None else size_text(row["learning_bytes"]),
            "  ".join(f"{part}={_short(value)}" for part, value in row["settings"].items()),
        )
        for row in rows
    ]
    about = "Of an actor-critic for pictures of 4 x 84 x 84; memory holds parameters, gradients and Adam's moments."
    return "\n".join([columns([head, *lines]), about])


def _short(value: Any) -> str:
    return f"[{','.join(map(str, value))}]" if isinstance(value, tuple) else str(value)
