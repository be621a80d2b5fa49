"""The hook that this plugin declares for others. Written in docs/plugins/networks.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.hookspecs import hookspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_tianshou.network_specs import NetworkSpec

__all__ = ["retroml_tianshou_networks"]


@hookspec
def retroml_tianshou_networks() -> Iterable[NetworkSpec]:  # type: ignore[empty-body]  # a specification has no body
    """Return the networks of this plugin; `network.name=<name>` then builds them for every algorithm of retroml-tianshou.

    Mark the implementation `hookimpl(optionalhook=True)`, so that your plugin also loads where retroml-tianshou is absent.
    """
