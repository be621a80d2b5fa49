"""`Ui`: the style in force. It is handed to every page and widget; nobody else knows fonts, colours and sizes."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar, cast

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui.dialogs import Dialogs
from retroml_dearpygui.ui.themes import build_themes
from retroml_dearpygui.ui.widgets.moving import Moving

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_dearpygui.ui.palette import Colour, Palette

__all__ = ["Item", "Ui"]

NARROW = 1180
SETTLING_FRAMES = 3
T = TypeVar("T")
Item = int | str
"""How Dear PyGui names a widget: its number or its tag."""

FONTS = {
    "body": ("RetroMLUI-Regular", 16),
    "small": ("RetroMLUI-Regular", 14),
    "strong": ("RetroMLUI-SemiBold", 16),
    "h1": ("RetroMLUI-SemiBold", 24),
    "h2": ("RetroMLUI-SemiBold", 17),
    "kpi": ("RetroMLUI-SemiBold", 26),
    "icon": ("RetroMLUI-Regular", 30),
    "mono": ("RetroMLMono-Regular", 14),
}
"""Style name -> font file and height in pixels at 100 %."""


class Ui:
    """Palette, scale, fonts, themes, and the place for dialogs. `style` may be called again: pages are then built anew."""

    def __init__(self, palette: Palette, scale: float = 1.0) -> None:
        self.palette = palette
        self.scale = scale
        self._fonts: dict[str, int] = {}
        self._themes: dict[str, int] = {}
        self._looks: dict[tuple[Palette, float], dict[str, int]] = {}
        self._registry = dpg.add_font_registry()
        self._made: dict[tuple[str, int], int] = {}
        self.dialogs = Dialogs(self)
        self._kept: dict[str, object] = {}
        self._moving: dict[str, Moving] = {}
        self._focus: tuple[Item, int] = "", 0
        self.style(palette, scale)

    def style(self, palette: Palette, scale: float) -> None:
        """Take another palette and scale (1.0 is 100 %)."""
        self.palette, self.scale = palette, scale
        self._fonts = {name: self._font(file, self.px(size)) for name, (file, size) in FONTS.items()}
        if (palette, scale) not in self._looks:  # themes are kept as fonts are: there are few looks, and many changes of them
            self._looks[palette, scale] = build_themes(palette, self.px)
        self._themes = self._looks[palette, scale]
        dpg.bind_font(self._fonts["body"])
        dpg.bind_theme(self._themes["base"])

    @property
    def narrow(self) -> bool:
        """Whether the window has too little room for two columns at this scale."""
        return 0 < int(dpg.get_viewport_client_width()) < self.px(NARROW)

    def keep(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once and kept as long as the window: textures, which survive a change of style."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast("T", self._kept[name])

    def moving(self, name: str, width: int, height: int) -> Moving:
        """The texture of that name for moving pictures of at most so many pixels, made at the first call."""
        if name not in self._moving:
            self._moving[name] = Moving(width, height)
        return self._moving[name]

    def focus(self, item: Item) -> None:
        """Give `item` the focus of the keyboard once what is shown has settled: sooner it would be lost again.

        Whoever presses Tab or the mouse until then has chosen for themselves: a list just opened would close again.
        """
        self._focus = item, SETTLING_FRAMES

    def tick(self) -> None:
        """Before each frame, after all that is shown was brought up to date."""
        for texture in self._moving.values():
            texture.tick()
        item, frames = self._focus
        if frames:
            chosen = dpg.is_key_pressed(dpg.mvKey_Tab) or dpg.is_mouse_button_clicked(dpg.mvMouseButton_Left)
            self._focus = item, 0 if chosen else frames - 1
            if frames == 1 and not chosen and dpg.does_item_exist(item):
                dpg.focus_item(item)

    def px(self, size: float) -> int:
        """Pixels on this screen for a size meant at 100 %."""
        return round(size * self.scale)

    def theme(self, item: Item, name: str) -> Item:
        """Dress `item` in the theme `name`; the item."""
        dpg.bind_item_theme(item, self._themes[name])
        return item

    def font(self, item: Item, name: str) -> Item:
        """Write `item` in the text style `name`; the item."""
        dpg.bind_item_font(item, self._fonts[name])
        return item

    def font_of(self, name: str) -> int:
        """The font of a text style, for measuring."""
        return self._fonts[name]

    def tone(self, name: str) -> Colour:
        """The colour of a role, such as "muted" or "danger"."""
        colour: Colour = getattr(self.palette, name)
        return colour

    def _font(self, file: str, size: int) -> int:
        # Fonts are kept: taking one away that was bound a moment ago is not safe in Dear PyGui.
        if (file, size) not in self._made:
            path = files("retroml_dearpygui") / "fonts" / f"{file}.ttf"
            self._made[file, size] = int(dpg.add_font(str(path), size, parent=self._registry))
        return self._made[file, size]
