"""What the desktop app costs: how long it takes to open, Python per frame, processor when idle, memory.

    xvfb-run -a -s "-screen 0 1440x900x24" python -m benchmarks.desktop [--runs 1000] [--json FILE]

Nothing is drawn (GALLIUM_NOOP=1 lets Mesa drop all OpenGL calls), so the figures are of the app, not of a software renderer;
only memory is measured with one.
Each part runs in a process of its own, on a data root made for it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LIMITS = {"start_seconds": 1.5, "frame_ms": 8.0, "idle_share": 0.03}
EPISODES = 100_000
AGENTS = 16
FRAMES = 300
IDLE_SECONDS = 10.0
SIDE = 84


def main() -> int:
    """Measure all parts and print them beside what they should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000, help="runs in the data root (default: 1000)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--part", choices=("start", "frames", "idle", "memory"), help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        print(json.dumps(PARTS[asked.part](asked.root)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        fill(root, asked.runs)
        child("start", root)  # once to warm the caches of the system
        figures = {name: value for part in PARTS for name, value in child(part, root).items()}
    for name, value in figures.items():
        limit = LIMITS.get(name)
        print(f"{name:>24}: {value:10.3f}" + (f"   (at most {limit})" if limit else ""))
    if asked.json:
        asked.json.write_text(json.dumps({"runs": asked.runs, **figures}, indent=2) + "\n", encoding="utf-8")
    return 0


def child(part: str, root: Path) -> dict[str, float]:
    """The figures of one part, measured in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.desktop", "--part", part, "--root", str(root)]
    env = os.environ | {"RETROML_HOME": str(root), "BENCHMARK_BEGAN": repr(time.time())}
    env |= {} if part == "memory" else {"GALLIUM_NOOP": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def fill(root: Path, runs: int) -> None:
    """Runs that were completed, one of them with a long curve, and pictures of all games."""
    from retroml_core.app import App
    from retroml_core.events import RunState
    from retroml_core.files import write_json
    from retroml_core.runs.state import RunStatus, status_json
    from retroml_core.testing import TinyRun, tiny_run

    with App.open() as app:
        games = list(app.registry.games)
    (root / "cache" / "games").mkdir(parents=True)
    for game in games:
        (root / "cache" / "games" / f"{game}.rgb").write_bytes(b"")
    tiny_run(root, TinyRun(updates=EPISODES // 2))
    for number in range(runs - 1):
        folder = root / "experiments" / f"2026112{number % 3}t{number % 24:02}{number % 60:02}00-pong-ppo-{number:010}"
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "config.json", {"name": f"run {number}", "game": "pong"})
        write_json(folder / "state.json", status_json(RunStatus(state=RunState.COMPLETED, step=number, seconds=60.0)))


def open_window(root: Path, page: str = "train") -> Any:
    """The window, shown."""
    from retroml_dearpygui.runtime.memory import spare_memory
    from retroml_dearpygui.runtime.window import Window
    from retroml_dearpygui.services.settings import SettingsStore

    from retroml_core.app import App

    spare_memory()
    app = App.open()
    settings = SettingsStore(root / "desktop.json")
    settings.set(toured=True, mode=3, page=page)
    window = Window(app, settings)
    window.show()
    return window


def start(root: Path) -> dict[str, float]:
    """From the start of the process to the first frame that shows the page and its runs."""
    window = open_window(root)
    window.frame()
    first = time.time() - float(os.environ["BENCHMARK_BEGAN"])
    from retroml_dearpygui.viewmodels.runs import RunsViewModel

    runs = window.desk.viewmodel(RunsViewModel)
    while not runs.loaded:
        window.frame()
    known = time.time() - float(os.environ["BENCHMARK_BEGAN"])
    return {
        "start_seconds": first,
        "runs_known_seconds": known,
        "start_cpu_seconds": time.process_time(),
        "start_megabytes": megabytes(),
    }


def frames(root: Path) -> dict[str, float]:
    """Python per frame on the Watch page: 16 agents at 30 frames a second beside a curve of 100,000 games."""
    import dearpygui.dearpygui as dpg
    import numpy as np
    from retroml_dearpygui.viewmodels.curves import CurvesViewModel
    from retroml_dearpygui.viewmodels.runs import RunsViewModel
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

    window = open_window(root, "watch")
    runs, watch, curves = (window.desk.viewmodel(kind) for kind in (RunsViewModel, WatchViewModel, CurvesViewModel))
    long = next(path.name for path in sorted((root / "experiments").iterdir()) if "tiny" in path.name)
    runs.choose(long)
    while curves.shown.run_id != long or curves.shown.score is None:
        window.frame()
        time.sleep(0.01)
    random = np.random.default_rng(1)
    pictures = random.integers(0, 255, (8, AGENTS, SIDE, SIDE), np.uint8)
    spent, rendered = [], 0.0
    render = dpg.render_dearpygui_frame

    def timed_render() -> None:
        nonlocal rendered
        began = time.thread_time()
        render()
        rendered = time.thread_time() - began

    dpg.render_dearpygui_frame = timed_render
    for number in range(2 * FRAMES):
        if number == FRAMES:  # textures, fonts and caches are there by now
            spent.clear()
        watch.frames = moment(pictures[number % len(pictures)], number)
        watch.changed()
        curves.changed()  # as if a game had just ended
        began = time.thread_time()
        window.frame()
        spent.append(time.thread_time() - began - rendered)
    return {
        "frame_ms": statistics.median(spent) * 1e3,
        "frame_ms_95": sorted(spent)[int(FRAMES * 0.95)] * 1e3,
    }


def moment(frames: Any, number: int) -> Any:
    """What 16 agents see."""
    import numpy as np

    from retroml_core.live import LiveFrames

    return LiveFrames(
        sequence=number,
        step=number,
        written_at=time.time(),
        attempt=1,
        frames=frames,
        actions=np.zeros(AGENTS, np.int32),
        probabilities=np.full((AGENTS, 6), 1 / 6, np.float32),
        values=np.zeros(AGENTS, np.float32),
        scores=np.zeros(AGENTS),
        lengths=np.zeros(AGENTS, np.int64),
        action_names=("NOOP", "FIRE", "UP", "RIGHT", "LEFT", "DOWN"),
    )


def idle(root: Path) -> dict[str, float]:
    """The share of one core that the app takes when nobody touches it, threads included."""
    window = open_window(root)
    from retroml_dearpygui.viewmodels.curves import CurvesViewModel
    from retroml_dearpygui.viewmodels.train import TrainViewModel

    train, curves = window.desk.viewmodel(TrainViewModel), window.desk.viewmodel(CurvesViewModel)
    while train.expectation is None or not curves.shown.run_id:
        step(window)
    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        step(window)
    began, cpu = time.monotonic(), time.process_time()
    while time.monotonic() - began < IDLE_SECONDS:
        step(window)
    return {"idle_share": (time.process_time() - cpu) / (time.monotonic() - began)}


def memory(root: Path) -> dict[str, float]:
    """What some hundred frames add to the memory of the process, drawn by a software renderer: the other one never frees."""
    window = open_window(root)
    for _ in range(FRAMES):
        window.frame()
    before = megabytes()
    for _ in range(FRAMES):
        window.frame()
    return {"growth_kilobytes_a_frame": (megabytes() - before) * 1e3 / FRAMES}


def step(window: Any) -> None:
    """One turn of the loop, with its rest."""
    window.frame()
    window.rest()


def megabytes() -> float:
    """Resident memory of this process."""
    import psutil

    return float(psutil.Process().memory_info().rss / 1e6)


PARTS = {"start": start, "frames": frames, "idle": idle, "memory": memory}

if __name__ == "__main__":
    sys.exit(main())
