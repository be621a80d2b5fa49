"""Who asks, and whether they may: the one place for permissions and, later, the audit."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core.faults import Fault

__all__ = ["LOCAL_USER", "NotAllowed", "Principal", "guard"]

EVERYTHING = "*"


class NotAllowed(Fault):
    """The principal may not do this."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Somebody who asks for something. `permissions` are actions such as `"experiments.delete"`, or `"*"` for all."""

    id: str
    name: str
    permissions: frozenset[str] = frozenset()


LOCAL_USER = Principal(id="local", name="local user", permissions=frozenset({EVERYTHING}))
"""Whoever sits at this machine; may do everything."""


def guard(principal: Principal, action: str, target: str = "") -> None:
    """Let `principal` do `action` (to the run `target`), or raise NotAllowed. Every service method begins with this."""
    if EVERYTHING not in principal.permissions and action not in principal.permissions:
        raise NotAllowed(f"{principal.name} may not do this: {' '.join(filter(None, (action, target)))}")
