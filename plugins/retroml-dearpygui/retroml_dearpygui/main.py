"""`retroml desktop`: open the app."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from retroml_core.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App

__all__ = ["main"]

WRONG_USE = 2


def main(app: App, argv: Sequence[str]) -> int:
    """Open the window and return 0 once it is closed; 2 with a message where no window can be shown."""
    parser = argparse.ArgumentParser(prog="retroml desktop", description="Open the desktop app.")
    parser.add_argument("--page", default="", help="open on this page, such as train or videos")
    asked = parser.parse_args(argv)
    try:
        return _run(app, asked.page)
    except Fault as fault:
        sys.stderr.write(f"{fault}\n")
        return WRONG_USE


def _run(app: App, page: str) -> int:
    from retroml_dearpygui.runtime.display import be_sharp, check_display
    from retroml_dearpygui.runtime.memory import spare_memory
    from retroml_dearpygui.runtime.single import only_one
    from retroml_dearpygui.services.settings import SettingsStore

    check_display()
    be_sharp()
    spare_memory()
    app.root.prepare()
    with only_one(app.root.path):
        from retroml_dearpygui.runtime.forward import answer_calls
        from retroml_dearpygui.runtime.window import Window

        settings = SettingsStore(app.root.path / "desktop.json")
        window = Window(app, settings)
        window.show()
        answer_calls(window, app.root.path)
        if page:
            window.shell.go(page, {})
        try:
            window.run()
        except KeyboardInterrupt:
            sys.stderr.write("closed\n")
        finally:
            window.close()
    return begin_again() if window.desk.begins_again else 0


def begin_again() -> int:
    """Start the app anew, as another program in the place of this one where the system can; its exit code."""
    command = [sys.executable, "-m", "retroml_core", "desktop", "--page", "train"]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606  # no shell is wanted
    return subprocess.call(command)
