"""`retroml doctor`: is this machine ready, and what to do where it is not."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING

from retroml_core.terminal.printing import answer
from retroml_core.terminal.text_table import wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App

__all__ = ["Finding", "Verdict", "examine", "main"]

_PACKAGES = ("torch", "tianshou", "ale-py", "numpy", "av", "hydra-core", "omegaconf", "pluggy", "sqlalchemy", "dearpygui")
_SPEED_SETTINGS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
_LITTLE_DISK = 5_000_000_000
_FILMS_EXPECTED = 0.95
"""Of the films asked for, how many should be made."""
_LITTLE_MEMORY = 4_000_000_000


class Verdict(StrEnum):
    """How good a finding is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, how good, in words."""

    topic: str
    verdict: Verdict
    text: str


def main(app: App, argv: Sequence[str]) -> int:
    """Show all findings; 1 when something stands in the way of training."""
    parser = argparse.ArgumentParser(prog="retroml doctor", description="Say whether this machine is ready to train.")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument("--report", action="store_true", help="print them as Markdown, to paste into a question or a report")
    asked = parser.parse_args(argv)
    findings = examine(app)
    lines = map(_markdown if asked.report else _line, findings)
    answer([asdict(finding) for finding in findings], "\n".join(lines), as_json=asked.json)
    return int(any(found.verdict is Verdict.BAD for found in findings))


def examine(app: App) -> list[Finding]:
    """Look at everything. A look that fails is a finding too."""
    looks: Mapping[str, Callable[[], Iterator[Finding]]] = {
        "system": _system,
        "packages": _packages,
        "plugins": partial(_plugins, app),
        "gpu": _gpu,
        "data folder": partial(_data, app),
        "films": partial(_films, app),
        "speed": _speed,
    }
    findings: list[Finding] = []
    for topic, look in looks.items():
        try:
            findings += look()
        except Exception as error:  # noqa: BLE001  # a machine may be broken in ways nobody foresaw
            findings.append(Finding(topic, Verdict.BAD, f"could not be examined: {type(error).__name__}: {error}"))
    return findings


def _system() -> Iterator[Finding]:
    from retroml_core.runs.forecast import size_text
    from retroml_core.training.memory import read_memory

    yield Finding("system", Verdict.GOOD, f"Python {platform.python_version()}, {platform.platform()}")
    memory = read_memory()
    little = memory.available < _LITTLE_MEMORY
    advice = "; close other programs, training wants 4 GB" if little else ""
    where = " that this container may use" if memory.contained else ""
    text = f"{size_text(memory.available)} free of {size_text(memory.total)}{where}{advice}"
    yield Finding("memory", Verdict.NOTE if little else Verdict.GOOD, text)


def _packages() -> Iterator[Finding]:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    yield Finding("packages", Verdict.GOOD, ", ".join(found))
    if missing:
        yield Finding("packages", Verdict.NOTE, f"not installed: {', '.join(missing)}")


def _plugins(app: App) -> Iterator[Finding]:
    names = [plugin.name for plugin in app.plugins.plugins() if plugin.enabled]
    counts = f"{len(app.registry.algorithms)} algorithms, {len(app.registry.games)} games, {len(app.registry.renderers)} films"
    yield Finding("plugins", Verdict.GOOD, f"{', '.join(names)}: {counts}")
    for failure in app.plugins.failures:
        yield Finding("plugins", Verdict.NOTE, str(failure))


def _gpu() -> Iterator[Finding]:
    from retroml_core.runs.forecast import size_text
    from retroml_core.training.devices import probe

    report = probe()
    for gpu in report.gpus:
        yield Finding("gpu", Verdict.GOOD, f"{gpu.name}, {size_text(gpu.memory_bytes)}, driver {gpu.driver}")
    for message in report.messages:
        yield Finding("gpu", Verdict.NOTE, message)
    yield Finding("device", Verdict.GOOD, f"device=auto trains on {report.device}")


def _data(app: App) -> Iterator[Finding]:
    from retroml_core.runs.forecast import free_bytes, size_text
    from retroml_core.runs.roots import RootError
    from retroml_core.terminal.wording import counted

    try:
        app.root.prove()
    except RootError as error:
        yield Finding("data folder", Verdict.BAD, str(error))
        return
    free = free_bytes(app.root.path)
    advice = "; that is little, free some or set RETROML_HOME to a larger disk" if free < _LITTLE_DISK else ""
    verdict = Verdict.NOTE if advice else Verdict.GOOD
    there = app.root.path.exists()
    holds = counted(len(app.root.run_folders()), "run") if there else "not there yet, the first training makes it"
    yield Finding("data folder", verdict, f"{app.root.path}: {holds}, {size_text(free)} free{advice}")


def _films(app: App) -> Iterator[Finding]:
    from retroml_core.films.tally import read_tally

    tally = read_tally(app.root.cache)
    if tally.asked:
        why = f"; the latest that was not: {tally.reason}" if tally.reason else ""
        verdict = Verdict.NOTE if tally.share < _FILMS_EXPECTED else Verdict.GOOD
        yield Finding("films", verdict, f"{tally.made} of the last {tally.asked} were made{why}")


def _speed() -> Iterator[Finding]:
    import psutil

    from retroml_core.training.building import thread_count

    physical = psutil.cpu_count(logical=False) or "?"
    yield Finding("cores", Verdict.GOOD, f"{thread_count(0)} for this process, {physical} physical in all")
    settings = [f"{name}={os.environ[name]}" for name in _SPEED_SETTINGS if name in os.environ]
    if settings:
        yield Finding("speed", Verdict.NOTE, f"set in the environment, and heeded: {', '.join(settings)}")


def _line(found: Finding) -> str:
    mark = {Verdict.GOOD: "ok", Verdict.NOTE: "note", Verdict.BAD: "BAD"}[found.verdict]
    return wrapped(f"{mark:5} {found.topic}", found.text, width=100, indent=20)


def _markdown(found: Finding) -> str:
    return f"- **{found.topic}** ({found.verdict}): {found.text}"
