"""How the contract suites say what is wrong: one sentence on what was found, one on what to do."""

from __future__ import annotations

__all__ = ["require"]


def require(condition: object, advice: str) -> None:
    """Fail the test with `advice` unless `condition` holds."""
    if not condition:
        raise AssertionError(advice)
