"""`retroml pause ID`; see `retroml_core.commands.control_commands`."""

from retroml_core.commands.control_commands import pause as main

__all__ = ["main"]
