"""Where the help says more about a field."""

from __future__ import annotations

__all__ = ["setting_topic"]


def setting_topic(key: str, algorithm: str, environment: str) -> str:
    """The name of the topic about a setting, by its key in full, of a run of an algorithm in an environment."""
    kind, inside, _ = key.partition(".")
    offered = {"algorithm": algorithm, "environment": environment}
    return f"settings.{kind}.{offered[kind]}" if inside and kind in offered else "settings.run"
