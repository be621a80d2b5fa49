"""`retroml resume ID`; see `retroml_core.commands.control_commands`."""

from retroml_core.commands.control_commands import resume as main

__all__ = ["main"]
