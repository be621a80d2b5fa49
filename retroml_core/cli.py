"""`retroml ...`: a bare first word is a command, everything else configures a training and goes to Hydra."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.plugins.registry import resolve
from retroml_core.plugins.suggestions import UnknownName, nearest

if TYPE_CHECKING:
    from retroml_core.app import App

__all__ = ["main"]

EXIT_ERROR = 1
EXIT_WRONG_USE = 2
EXIT_INTERRUPTED = 130

_WORD = re.compile(r"[A-Za-z][\w-]*")
_HYDRA_FLAGS = ("--cfg", "--config-dir", "--hydra-help", "--info", "--multirun", "--package", "--resolve")
_SHORT_FLAGS = ("-c", "-cd", "-i", "-m", "-p")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (None: that of this process) and return its exit code.

    0 on success, 2 on wrong use, 1 on other errors, 130 after Ctrl+C, and what a command says. A user's mistake is one
    message on stderr, never a traceback.
    """
    _ready_streams()
    code = _run(list(sys.argv[1:] if argv is None else argv))
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the end of the process complains once more
        if not isinstance(error, BrokenPipeError):
            return _fail(_words(error), EXIT_ERROR)
    return code


def _run(arguments: list[str]) -> int:
    try:
        from retroml_core.app import App  # here, so that Ctrl+C meanwhile is no traceback

        with App.open(safe="--safe" in arguments) as app:
            return _dispatch(app, [argument for argument in arguments if argument != "--safe"])
    except SystemExit as stopped:  # argparse's way to end
        return stopped.code if isinstance(stopped.code, int) else EXIT_ERROR if stopped.code else 0
    except Fault as fault:
        return _fail(str(fault), EXIT_WRONG_USE)
    except BrokenPipeError:  # the reader of our output went away (`retroml games | head`): nobody is left to tell
        return 0
    except OSError as error:
        return _fail(_words(error), EXIT_ERROR)
    except KeyboardInterrupt:
        return _fail("interrupted", EXIT_INTERRUPTED)


def _ready_streams() -> None:
    """Files and pipes get UTF-8 on every platform; a terminal knows what it can show. What was closed (`>&-`) is let go."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # to the end
        elif isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")


def _dispatch(app: App, arguments: list[str]) -> int:
    if arguments and _WORD.fullmatch(arguments[0]):
        return _command(app, arguments[0], arguments[1:])
    if {"--help", "-h"} & set(arguments):
        return _command(app, "help", [argument for argument in arguments if not argument.startswith("-")])
    if "--version" in arguments:
        from retroml_core.plugins.discovery import core_version

        sys.stdout.write(f"retroml-core {core_version()}\n")
        return 0
    return _train(app, arguments)


def _command(app: App, name: str, arguments: list[str]) -> int:
    if name not in app.registry.commands:
        visible = [spec.name for spec in app.registry.commands.values() if not spec.hidden]
        unknown = UnknownName("command", name, visible)
        raise unknown if nearest(name, visible) else Fault(f"{unknown}; to train, write KEY=VALUE, such as game=pong")
    whose = f"the command {name!r} of {app.registry.plugin_of['command', name]}"
    try:
        code: object = resolve(app.registry.commands[name].factory)(app, arguments)
    except (Fault, OSError):
        raise
    except Exception as error:  # noqa: BLE001  # a plugin may fail in any way, and its author wants to see where
        traceback.print_exc()
        return _fail(f"{whose} failed: {type(error).__name__}: {error}", EXIT_ERROR)
    if not isinstance(code, int):
        return _fail(f"{whose} must return an exit code, a whole number, not {code!r}", EXIT_ERROR)
    return code


def _train(app: App, arguments: list[str]) -> int:
    for failure in app.plugins.failures:
        sys.stderr.write(f"{failure}\n")
    from retroml_core.terminal.start import Manner

    manner, rest = Manner.of(arguments)
    flags = [argument.partition("=")[0] for argument in rest if argument.startswith("-")]
    for flag in flags:
        if flag not in (*_HYDRA_FLAGS, *_SHORT_FLAGS):
            from retroml_core.terminal.help_page import FLAGS

            raise UnknownName("flag", flag, {*dict(FLAGS), *_HYDRA_FLAGS})
    if flags:
        from retroml_core.terminal.multirun import run_hydra

        return run_hydra(app, rest, manner)
    from retroml_core.config.composing import compose
    from retroml_core.terminal.start import start

    return start(app, compose(app, rest), manner)


def _words(error: OSError) -> str:
    """What the system refused, and of which file; of many that could not be copied the first."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        return str(error.args[0][0][-1])
    return f"{error.filename}: {error.strerror}" if error.filename and error.strerror else error.strerror or str(error)


def _fail(message: str, code: int) -> int:
    with contextlib.suppress(OSError):  # nobody may be reading
        sys.stderr.write(f"{message}\n")
    return code
