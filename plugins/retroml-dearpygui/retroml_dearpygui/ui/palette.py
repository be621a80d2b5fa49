"""Colours of a look. Pages name roles, never colours, so that one palette can be exchanged for another."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DARK", "LIGHT", "Colour", "Palette", "rgb"]

Colour = tuple[int, int, int, int]
"""Red, green, blue, opacity: 0 to 255."""


def rgb(text: str, alpha: int = 255) -> Colour:
    """The colour written as `#RRGGBB`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), alpha


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The colours of a look, by role.

    Depth is three greys (`sidebar`, `page`, `card`) and one for inputs (`raised`); `accent` is used for what matters most
    on a page and for focus. `series` are for lines of plots: told apart also by people who are colour-blind.
    """

    sidebar: Colour
    page: Colour
    card: Colour
    raised: Colour
    hover: Colour
    active: Colour
    overlay: Colour
    border: Colour
    border_strong: Colour
    text: Colour
    muted: Colour
    faint: Colour
    on_accent: Colour
    accent: Colour
    accent_high: Colour
    accent_low: Colour
    line: Colour
    ok: Colour
    warn: Colour
    danger: Colour
    info: Colour
    dim: Colour
    grid: Colour
    series: tuple[Colour, ...]

    def soft(self, role: str, alpha: int = 36) -> Colour:
        """The colour of `role`, see-through: the ground of pills and of what is selected."""
        red, green, blue, _ = getattr(self, role)
        return red, green, blue, alpha


# Okabe and Ito's colours for the colour-blind, lightened on dark and darkened on light ground; the accent leads.
DARK = Palette(
    sidebar=rgb("#0B0D12"),
    page=rgb("#0F1218"),
    card=rgb("#161A22"),
    raised=rgb("#1D222C"),
    hover=rgb("#262D39"),
    active=rgb("#2E3644"),
    overlay=rgb("#1F2530"),
    border=rgb("#242A35"),
    border_strong=rgb("#343C4A"),
    text=rgb("#E8ECF2"),
    muted=rgb("#939DAD"),
    faint=rgb("#667080"),
    on_accent=rgb("#FFFFFF"),
    accent=rgb("#6D5CFF"),
    accent_high=rgb("#8172FF"),
    accent_low=rgb("#5A49E8"),
    line=rgb("#C9C2FF"),
    ok=rgb("#3DD68C"),
    warn=rgb("#F5B83D"),
    danger=rgb("#F2666B"),
    info=rgb("#4CB2FF"),
    dim=(5, 6, 9, 170),
    grid=(255, 255, 255, 16),
    series=tuple(map(rgb, ("#8C7DFF", "#F0A62A", "#56C4F0", "#2FC79A", "#F27F4B", "#E58FC0"))),
)

LIGHT = Palette(
    sidebar=rgb("#E4E7EE"),
    page=rgb("#F5F6F9"),
    card=rgb("#FFFFFF"),
    raised=rgb("#EDEFF4"),
    hover=rgb("#E1E4EC"),
    active=rgb("#D3D8E3"),
    overlay=rgb("#FFFFFF"),
    border=rgb("#DCE0E8"),
    border_strong=rgb("#BFC6D2"),
    text=rgb("#171B24"),
    muted=rgb("#545E70"),
    faint=rgb("#7A8496"),
    on_accent=rgb("#FFFFFF"),
    accent=rgb("#5B49E8"),
    accent_high=rgb("#6D5CFF"),
    accent_low=rgb("#4938C9"),
    line=rgb("#3B2BB8"),
    ok=rgb("#0E8A52"),
    warn=rgb("#A66A00"),
    danger=rgb("#C9303A"),
    info=rgb("#0F6FBF"),
    dim=(20, 24, 34, 110),
    grid=(20, 24, 34, 22),
    series=tuple(map(rgb, ("#5B49E8", "#B86E00", "#0072B2", "#00805A", "#C44A10", "#A84C84"))),
)
