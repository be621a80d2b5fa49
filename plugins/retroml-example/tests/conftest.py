"""What the tests of a plugin share: `app`, and a data root of its own for each test."""

from retroml_core.testing.fixtures import app, home

__all__ = ["app", "home"]
