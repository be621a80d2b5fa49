"""Is the memory of the desktop app flat over an hour of use? Uses it with mouse and keyboard and fits a line.

    xvfb-run -a -s "-screen 0 1280x800x24" python -m benchmarks.desktop_hour --data FOLDER [--minutes 60] [--json FILE]

FOLDER is a data root with at least one run that has films; it is used as it is, so give it a copy. The picture is drawn by a
software renderer: the other one, which drops everything, never frees.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.desktop import megabytes, moment, open_window, step

if TYPE_CHECKING:
    from retroml_dearpygui.robot import Robot

WARM_UP_SHARE = 0.3
REST_SECONDS = 3.0
PLAY_FRAMES = 90
CROWD = np.random.default_rng(1).integers(0, 255, (16, 84, 84), np.uint8)

Act = Callable[["Robot"], None]


def main() -> int:
    """Use the app for so long, and print how its memory went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a data root with runs and films")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--json", type=Path, help="also write the figures, and each measurement, to this file")
    asked = parser.parse_args()
    os.environ["RETROML_HOME"] = str(asked.data)
    points, missed = use(asked.data, asked.minutes * 60)
    figures = {"acts": len(points), "missed": missed, **fit(points)}
    print(json.dumps(figures, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(figures | {"seconds_and_megabytes": points}, indent=2) + "\n", encoding="utf-8")
    return 0


def use(data: Path, seconds: float) -> tuple[list[tuple[float, float]], int]:
    """What a person does, again and again; (seconds, megabytes) after each act, and how many acts were given up."""
    from retroml_dearpygui.robot import Robot

    window = open_window(data)
    robot = Robot(window)
    robot.frames(10)
    began = time.monotonic()
    points: list[tuple[float, float]] = []
    missed = 0
    for act in itertools.cycle(ACTS):
        try:
            act(robot)
        except AssertionError as error:  # the robot waited in vain
            missed += 1
            sys.stderr.write(f"{act.__name__}: {error}\n")
        end = time.monotonic() + REST_SECONDS
        while time.monotonic() < end:
            step(window)
        points.append((time.monotonic() - began, megabytes()))
        sys.stderr.write(f"{points[-1][0]:7.0f} s  {points[-1][1]:7.1f} MB  {act.__name__}\n")
        if points[-1][0] > seconds:
            break
    if window.crashed:
        raise RuntimeError("the app met an error it did not expect") from window.crashed[0]
    window.close()
    return points, missed


def fit(points: list[tuple[float, float]]) -> dict[str, float]:
    """A line through the memory after the first part, in which caches, textures and fonts fill."""
    seconds, found = np.array(points).T
    late = seconds >= WARM_UP_SHARE * seconds[-1]
    slope, _ = np.polyfit(seconds[late], found[late], 1)
    return {
        "minutes": round(float(seconds[-1]) / 60, 1),
        "first_mb": round(float(found[late][0]), 1),
        "last_mb": round(float(found[-1]), 1),
        "highest_mb": round(float(found.max()), 1),
        "slope_mb_per_hour": round(float(slope) * 3600, 1),
    }


def see_every_page(robot: Robot) -> None:
    """By the navigation."""
    for spec in robot.window.shell.pages:
        robot.page(spec.name)


def watch_agents(robot: Robot) -> None:
    """Sixteen agents at play for a while."""
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

    robot.page("watch")
    watch = robot.window.desk.viewmodel(WatchViewModel)
    for number in range(PLAY_FRAMES):
        watch.frames = moment(CROWD, number)
        watch.changed()
        robot.frames()


def travel(robot: Robot) -> None:
    """Drag along a training, and see a while of play there."""
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

    robot.page("watch")
    robot.drag("watch.slider", start=0.2, end=0.8)
    for _ in range(PLAY_FRAMES):
        step(robot.window)
    robot.window.desk.viewmodel(WatchViewModel).back_to_now()


def look_into_a_run(robot: Robot) -> None:
    """From the table of runs to the page of one and back, with another order and words to search for."""
    from retroml_dearpygui.viewmodels.experiments import ExperimentsViewModel

    robot.page("experiments")
    runs = robot.window.desk.viewmodel(ExperimentsViewModel)
    robot.wait(lambda: runs.rows, "the runs")
    runs.sort("steps", descending=runs.filter.order != "steps" or not runs.filter.descending)
    robot.frames(10)
    run_id = runs.rows[0].id
    robot.window.shell.go("experiments", {"run": run_id})
    robot.settle()
    robot.frames(30)
    robot.click("detail.back")


def see_a_film(robot: Robot) -> None:
    """Play one for a while."""
    from retroml_dearpygui.viewmodels.videos import VideosViewModel

    robot.page("videos")
    videos = robot.window.desk.viewmodel(VideosViewModel)
    robot.wait(lambda: videos.films, "the films")
    videos.play(videos.films[0])
    for _ in range(PLAY_FRAMES):
        step(robot.window)
    videos.stop()


def read_the_help(robot: Robot) -> None:
    """Some topics, and a search."""
    robot.press("f1")
    robot.wait(lambda: robot.window.shell.current == "help", "the help")
    for topic in ("films", "numbers", "keyboard"):
        robot.click(f"help.topic.{topic}")
        robot.settle()
    robot.fill("help.search", "seed")
    robot.settle()
    robot.fill("help.search", "")


def use_the_palette(robot: Robot) -> None:
    """Open it, type, go there."""
    robot.page("train")
    robot.press("ctrl+k")
    robot.write("watch")
    robot.settle()
    robot.press("enter")


def other_looks(robot: Robot) -> None:
    """Light and dark again: everything is built anew, twice."""
    for _ in range(2):
        robot.press("ctrl+shift+l")
        robot.frames(10)
        robot.settle()


ACTS: tuple[Act, ...] = (
    see_every_page, watch_agents, travel, look_into_a_run, see_a_film, read_the_help, use_the_palette, other_looks,
)  # fmt: skip

if __name__ == "__main__":
    sys.exit(main())
