"""The colours of Retro ML's films: those of its app."""

from __future__ import annotations

__all__ = ["ACCENT", "ACCENT_DIM", "ACCENT_LIGHT", "BORDER", "CARD", "PAGE", "TEXT", "TEXT_DIM", "TRACK", "Colour", "mix"]

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

PAGE: Colour = (0x0F, 0x12, 0x18)
CARD: Colour = (0x16, 0x1A, 0x22)
BORDER: Colour = (0x26, 0x2C, 0x38)
TRACK: Colour = (0x22, 0x28, 0x33)
ACCENT: Colour = (0x6D, 0x5C, 0xFF)
ACCENT_LIGHT: Colour = (0xB4, 0xAB, 0xFF)
ACCENT_DIM: Colour = (0x3C, 0x3A, 0x66)
TEXT: Colour = (0xE8, 0xEC, 0xF2)
TEXT_DIM: Colour = (0x93, 0x9D, 0xAD)


def mix(back: Colour, front: Colour, share: float) -> Colour:
    """`front` over `back` with `share` (0 to 1) of it."""
    red, green, blue = (round(b + (f - b) * share) for b, f in zip(back, front, strict=True))
    return red, green, blue
