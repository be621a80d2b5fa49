"""The template of a Retro ML plugin: one algorithm. This file offers it; it is imported at every start, so keep it light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core import AlgorithmSpec, hookimpl
from retroml_example.settings import ReinforceConfig

if TYPE_CHECKING:
    from retroml_dearpygui.specs import PanelSpec

__all__ = ["retroml_algorithms", "retroml_config_package", "retroml_desktop_panels"]


@hookimpl
def retroml_algorithms() -> list[AlgorithmSpec]:
    """The algorithms of this plugin."""
    return [
        AlgorithmSpec(
            name="reinforce",
            title="REINFORCE",
            summary="The oldest policy gradient, linear and in NumPy: the example of a plugin.",
            config=ReinforceConfig,
            factory="retroml_example.reinforce:Reinforce",
            family="on-policy",
            traits=frozenset({"learns", "deterministic", "probabilities"}),
            paper="https://doi.org/10.1007/BF00992696",
        )
    ]


@hookimpl
def retroml_config_package() -> str:
    """Where this plugin's YAML files are."""
    return "retroml_example.conf"


@hookimpl(optionalhook=True)
def retroml_desktop_panels(slot: str) -> list[PanelSpec]:
    """A card on the Train page; asked only where the desktop app is installed."""
    from retroml_dearpygui.specs import PanelSpec

    if slot != "train.side":
        return []
    return [
        PanelSpec(
            name="beside_people",
            title="Beside people",
            summary="How the run on screen compares with people.",
            icon="",
            factory="retroml_example.panel:build",
        )
    ]
