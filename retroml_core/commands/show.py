"""`retroml show ID`: all there is to know of a run at a glance."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from retroml_core.commands.notices import say_notices
from retroml_core.runs.forecast import size_text
from retroml_core.terminal.printing import answer
from retroml_core.terminal.text_table import columns
from retroml_core.terminal.wording import count, duration, percent, score, sparkline, state_words

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.runs.state import RunStatus

__all__ = ["main"]

SPARKS = 60
LISTED = 5


def main(app: App, argv: Sequence[str]) -> int:
    """Show a run; 1 when something of it cannot be read, which is told besides what is left."""
    parser = argparse.ArgumentParser(prog="retroml show", description="Show a run: state, scores, settings, films.")
    parser.add_argument("id", nargs="?", default="latest", help="the run: its id, a unique beginning of it, or latest")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService

    run = ExperimentService(app).find(asked.id)
    found = _gather(app, run)
    answer(found, _page(found), as_json=asked.json)
    say_notices(app, found["notices"])
    return 1 if found["notices"] else 0


def _gather(app: App, run: Run) -> dict[str, Any]:
    from retroml_core.runs.labels import read_labels
    from retroml_core.services import MetricsService, StorageService

    metrics, notices = MetricsService(app), []
    tree: dict[str, Any] = {}
    try:
        tree = run.tree
        metrics.refresh(run)
    except (OSError, ValueError) as error:
        notices.append(str(error))
    curve = metrics.curve(run.id, "score", max_points=SPARKS)
    latest = metrics.latest([run.id])[run.id]
    return {
        "id": run.id,
        "folder": str(run.folder),
        "labels": dataclasses.asdict(read_labels(run.folder, tree)),
        "status": _status(run.status()),
        "config": tree,
        "scores": {"steps": curve.steps.tolist(), "means": curve.values.tolist()},
        "metrics": {row.name: {"last": row.last, "lowest": row.minimum, "highest": row.maximum} for row in latest},
        "checkpoints": [_checkpoint(kept) for kept in run.checkpoints()],
        "films": [{"path": str(film.path), "renderer": film.renderer, "seconds": film.seconds} for film in run.films()],
        "size_bytes": StorageService(app).parts(run),
        "provenance": run.provenance(),
        "problems": [{**event.data, "step": event.step} for event in run.events({"problem"})],
        "notices": notices,
    }


def _status(status: RunStatus) -> dict[str, Any]:
    return {**dataclasses.asdict(status), "state": str(status.state)}


def _checkpoint(kept: Any) -> dict[str, Any]:
    return {name: getattr(kept, name) for name in ("name", "step", "why", "score", "full", "size_bytes")}


def _page(found: Mapping[str, Any]) -> str:
    parts = [_summary(found), _settings(found["config"]), _kept(found), _made_on(found["provenance"]), _problems(found)]
    return "\n\n".join(part for part in parts if part)


def _summary(found: Mapping[str, Any]) -> str:
    from retroml_core.events import RunState

    status, config, labels = found["status"], found["config"], found["labels"]
    state = status["activity"] or state_words(RunState(status["state"]))
    reason = f" ({status['reason']})" if status["reason"] else ""
    left = f", {duration(status['seconds_left'])} left" if status["seconds_left"] is not None else ""
    scores = f"mean {score(status['mean_score'])} of the last 100 episodes, best {score(status['best_score'])}"
    rows = [
        ("run", found["id"]),
        ("name", labels["name"]),
        ("what", f"{config['game']} with {config['algorithm']['name']}, seed {config.get('seed')}" if config else ""),
        ("state", f"{state}{reason}"),
        ("progress", f"{percent(status['fraction'])}, {duration(status['seconds'])} trained{left}"),
        (
            "steps",
            f"{count(status['step'])} ({count(status['frames'])} frames) at {count(status['steps_per_second'])} a second",
        ),
        ("score", f"{scores}, {count(status['episodes'])} episodes"),
        ("", sparkline(found["scores"]["means"])),
        ("tags", " ".join(labels["tags"])),
        ("notes", labels["notes"]),
        ("folder", found["folder"]),
    ]
    return columns([row for row in rows if row[1]])


def _settings(config: Mapping[str, Any]) -> str:
    shown = {part: config.get(part) for part in ("algorithm", "network", "environment", "budget")}
    rows = [
        (part, "  ".join(f"{key}={value}" for key, value in settings.items() if value is not None))
        for part, settings in shown.items()
        if isinstance(settings, Mapping)
    ]
    return columns(rows)


def _kept(found: Mapping[str, Any]) -> str:
    full = [f"{kept['name']} ({kept['why']}, score {score(kept['score'])})" for kept in found["checkpoints"] if kept["full"]]
    light = sum(not kept["full"] for kept in found["checkpoints"])
    sizes = found["size_bytes"]
    rows = [
        ("checkpoints", ", ".join(full[-LISTED:]) or "none yet"),
        ("policies", f"{light} light snapshots"),
        *(("film", f"{film['path']} ({duration(film['seconds'])})") for film in found["films"]),
        ("tape", size_text(sizes.get("tape", 0))),
        ("all files", size_text(sum(sizes.values()))),
    ]
    return columns(rows)


def _made_on(made: Mapping[str, Any]) -> str:
    if not made:
        return ""
    from retroml_core.training.provenance import DIGITS

    packages = made.get("packages", {})
    matter = [
        f"{name} {packages[name]}" for name in ("retroml-core", "torch", "tianshou", "ale-py", "numpy") if name in packages
    ]
    files = made.get("plugin_files") or {}
    git = made.get("git") or {}
    rows = [
        ("made on", f"{_of(made, 'system', 'os')}, {_of(made, 'cpu', 'name')}, {_of(made, 'device', 'title')}"),
        ("by", f"Python {made.get('python')}, {made.get('threads')} threads, {', '.join(matter)}"),
        ("plugin files", ", ".join(f"{name}.py {digest[:DIGITS]}" for name, digest in files.items())),
        ("config hash", str(made.get("config_hash", ""))),
        ("git", str(git.get("commit") or "")),
    ]
    return columns([row for row in rows if row[1]])


def _of(made: Mapping[str, Any], part: str, key: str) -> str:
    return str((made.get(part) or {}).get(key) or "?")


def _hint(problem: Mapping[str, Any]) -> str:
    return f" ({problem['hint']})" if problem.get("hint") else ""


def _problems(found: Mapping[str, Any]) -> str:
    rows = [
        (problem.get("severity", "warning"), f"step {count(problem['step'])}: {problem['message']}{_hint(problem)}")
        for problem in found["problems"][-LISTED:]
    ]
    return columns(rows)
