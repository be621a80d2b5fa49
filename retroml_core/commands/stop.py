"""`retroml stop ID`; see `retroml_core.commands.control_commands`."""

from retroml_core.commands.control_commands import stop as main

__all__ = ["main"]
