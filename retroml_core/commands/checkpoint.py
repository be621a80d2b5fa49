"""`retroml checkpoint ID`; see `retroml_core.commands.control_commands`."""

from retroml_core.commands.control_commands import checkpoint as main

__all__ = ["main"]
