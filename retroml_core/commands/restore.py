"""`retroml restore`: see `retroml_core.commands.delete`."""

from retroml_core.commands.delete import restore as main

__all__ = ["main"]
