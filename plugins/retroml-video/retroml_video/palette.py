"""The colours of Retro ML's films: those of its app, dark or light, with an accent of one's choice."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core.filming import FilmRefused

__all__ = ["Colour", "Palette", "contrast", "mix"]

Colour = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

_LEAST_CONTRAST = 3.0
_DARK: tuple[Colour, ...] = (
    (0x0F, 0x12, 0x18),
    (0x16, 0x1A, 0x22),
    (0x26, 0x2C, 0x38),
    (0x22, 0x28, 0x33),
    (0xE8, 0xEC, 0xF2),
    (0x93, 0x9D, 0xAD),
)
_LIGHT: tuple[Colour, ...] = (
    (0xE9, 0xEC, 0xF1),
    (0xFF, 0xFF, 0xFF),
    (0xD9, 0xDE, 0xE6),
    (0xE6, 0xE9, 0xEF),
    (0x15, 0x19, 0x21),
    (0x5B, 0x65, 0x75),
)


@dataclass(frozen=True, kw_only=True)
class Palette:
    """`page` lies behind everything, `card` behind text, `track` behind bars; `dim` is for text of less weight.

    `accent` stands out from the card, `accent_dim` is its quiet and `accent_bright` its loud form.
    """

    page: Colour
    card: Colour
    border: Colour
    track: Colour
    text: Colour
    dim: Colour
    accent: Colour
    accent_dim: Colour
    accent_bright: Colour

    @classmethod
    def of(cls, theme: str = "dark", accent: str = "#6D5CFF") -> Palette:
        """The colours of `theme` ("dark" or "light"). Raises FilmRefused when `accent` is not written as #RRGGBB."""
        page, card, border, track, text, dim = _LIGHT if theme == "light" else _DARK
        strong = _legible(_parse(accent), card, text)
        return cls(
            page=page,
            card=card,
            border=border,
            track=track,
            text=text,
            dim=dim,
            accent=strong,
            accent_dim=mix(card, strong, 0.42),
            accent_bright=mix(strong, text, 0.45),
        )


def mix(back: Colour, front: Colour, share: float) -> Colour:
    """`front` over `back` with `share` (0 to 1) of it."""
    red, green, blue = (round(b + (f - b) * share) for b, f in zip(back, front, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio)."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = ((c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _legible(colour: Colour, back: Colour, towards: Colour) -> Colour:
    """`colour`, moved `towards` another until it stands out from `back`."""
    for share in range(21):
        moved = mix(colour, towards, share / 20)
        if contrast(moved, back) >= _LEAST_CONTRAST:
            return moved
    return towards


def _parse(text: str) -> Colour:
    digits = text.strip().removeprefix("#")
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise FilmRefused(f"accent={text}: write a colour as #RRGGBB, such as #6D5CFF") from None
    return red, green, blue
