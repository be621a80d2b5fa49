"""How the network of an algorithm computes: settings that all algorithms of this plugin have, declared once."""

from __future__ import annotations

from typing import Any

from retroml_core import param

__all__ = ["compile_setting", "precision_setting"]


def precision_setting() -> Any:
    """The field `precision: str` of an algorithm's config."""
    return param(
        "float32",
        choices=("auto", "float32", "bfloat16"),
        help="Numbers the network computes with: bfloat16 is faster on chips made for it, float32 is exact; auto picks.",
        advanced=True,
    )


def compile_setting() -> Any:
    """The field `compile: str` of an algorithm's config."""
    return param(
        "off",
        choices=("off", "on", "auto"),
        help="Make code for this very network before training: on is faster on most GPUs and takes up to two minutes to start, "
        "off is exact, auto does it on GPUs.",
        source="https://docs.pytorch.org/docs/stable/generated/torch.compile.html",
        advanced=True,
    )
