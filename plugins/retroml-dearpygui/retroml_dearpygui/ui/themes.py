"""Dear PyGui themes made of a palette: one for the whole window, and named ones that pages put on single items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

if TYPE_CHECKING:
    from retroml_dearpygui.ui.palette import Colour, Palette

__all__ = ["build_themes"]

Pixels = Callable[[float], int]
NONE: Colour = (0, 0, 0, 0)
UNSCALED = {"ButtonTextAlign", "SelectableTextAlign", "DisabledAlpha", "Alpha", "WindowTitleAlign"}


def build_themes(palette: Palette, px: Pixels) -> dict[str, int]:
    """Make every theme for `palette`, sizes being turned into pixels by `px`."""
    maker = _Maker(palette, px)
    maker.base()
    maker.buttons()
    maker.boxes()
    maker.parts()
    maker.plots()
    return maker.themes


class _Maker:
    """Makes themes one after the other."""

    def __init__(self, palette: Palette, px: Pixels) -> None:
        self.themes: dict[str, int] = {}
        self._p = palette
        self._px = px

    @contextmanager
    def _theme(self, name: str, kind: int = dpg.mvAll, *, enabled: bool = True) -> Iterator[None]:
        """The component for items of `kind` of the theme `name`, which is made when there is none."""
        if name not in self.themes:
            self.themes[name] = int(dpg.add_theme())
        with dpg.theme_component(kind, enabled_state=enabled, parent=self.themes[name]):
            yield

    def _colours(self, **colours: Colour) -> None:
        for name, colour in colours.items():
            dpg.add_theme_color(getattr(dpg, f"mvThemeCol_{name}"), colour)

    def _styles(self, **styles: float | tuple[float, float]) -> None:
        for name, value in styles.items():
            values = value if isinstance(value, tuple) else (value,)
            scaled = values if name in UNSCALED else tuple(self._px(one) for one in values)
            dpg.add_theme_style(getattr(dpg, f"mvStyleVar_{name}"), *scaled)

    def _plot_colours(self, **colours: Colour) -> None:
        for name, colour in colours.items():
            dpg.add_theme_color(getattr(dpg, f"mvPlotCol_{name}"), colour, category=dpg.mvThemeCat_Plots)

    def _plot_styles(self, **styles: float | tuple[float, float]) -> None:
        for name, value in styles.items():
            values = value if isinstance(value, tuple) else (value,)
            scaled = tuple(one * self._px(100) / 100 for one in values)
            dpg.add_theme_style(getattr(dpg, f"mvPlotStyleVar_{name}"), *scaled, category=dpg.mvThemeCat_Plots)

    # --- the window -----------------------------------------------------------------------------------------------------

    def base(self) -> None:
        """What every item has unless it is dressed otherwise."""
        p = self._p
        with self._theme("base"):
            self._colours(
                Text=p.text, TextDisabled=p.faint, WindowBg=p.page, ChildBg=NONE, PopupBg=p.overlay, Border=p.border,
                BorderShadow=NONE, FrameBg=p.raised, FrameBgHovered=p.hover, FrameBgActive=p.active, TitleBg=p.card,
                TitleBgActive=p.card, TitleBgCollapsed=p.card, MenuBarBg=p.card, ScrollbarBg=NONE,
                ScrollbarGrab=p.border_strong, ScrollbarGrabHovered=p.faint, ScrollbarGrabActive=p.muted,
                CheckMark=p.accent_high, SliderGrab=p.accent, SliderGrabActive=p.accent_high, Button=p.raised,
                ButtonHovered=p.hover, ButtonActive=p.active, Header=p.raised, HeaderHovered=p.hover,
                HeaderActive=p.active, Separator=p.border, SeparatorHovered=p.accent, SeparatorActive=p.accent_high,
                Tab=p.card, TabHovered=p.hover, TabActive=p.raised, TabUnfocused=p.card, TabUnfocusedActive=p.raised,
                TableHeaderBg=p.overlay, TableBorderStrong=p.border, TableBorderLight=p.border, TableRowBg=NONE,
                TableRowBgAlt=p.soft("text", 6), PlotHistogram=p.accent, PlotHistogramHovered=p.accent_high,
                TextSelectedBg=p.soft("accent", 110), DragDropTarget=p.accent_high, NavHighlight=p.accent,
                ModalWindowDimBg=p.dim, ResizeGrip=NONE, ResizeGripHovered=p.accent, ResizeGripActive=p.accent_high,
            )  # fmt: skip
            self._styles(
                WindowPadding=(16, 16), FramePadding=(10, 8), ItemSpacing=(10, 10), ItemInnerSpacing=(8, 6),
                CellPadding=(8, 6), FrameRounding=7, ChildRounding=12, WindowRounding=12, PopupRounding=10,
                GrabRounding=6, TabRounding=7, ScrollbarRounding=8, ScrollbarSize=10, FrameBorderSize=0,
                WindowBorderSize=1, PopupBorderSize=1, ChildBorderSize=1, GrabMinSize=12, IndentSpacing=16,
            )  # fmt: skip
            self._plot_colours(
                FrameBg=NONE, PlotBg=NONE, PlotBorder=NONE, LegendBg=p.overlay, LegendBorder=p.border,
                LegendText=p.text, AxisText=p.muted, AxisGrid=p.grid, AxisTick=NONE, AxisBgHovered=p.soft("text", 10),
                AxisBgActive=p.soft("text", 16), Crosshairs=p.muted, Selection=p.accent, InlayText=p.muted,
                TitleText=p.text,
            )  # fmt: skip
            self._plot_styles(PlotPadding=(4, 8), LabelPadding=(6, 4), LegendPadding=(8, 8), LegendInnerPadding=(8, 6))
            self._plot_styles(MinorAlpha=0.0, MousePosPadding=(8, 6))
        with self._theme("base", dpg.mvCheckbox):
            self._styles(FramePadding=(3, 3), FrameRounding=5, FrameBorderSize=1)
            self._colours(Border=p.border_strong)
        for kind in (dpg.mvInputText, dpg.mvInputInt, dpg.mvInputDouble, dpg.mvCombo, dpg.mvCheckbox):
            with self._theme("base", kind, enabled=False):
                self._colours(Text=p.faint, FrameBg=p.card, FrameBgHovered=p.card, FrameBgActive=p.card)
        with self._theme("base", dpg.mvButton, enabled=False):
            self._colours(Text=p.faint, Button=p.card, ButtonHovered=p.card, ButtonActive=p.card)

    # --- buttons --------------------------------------------------------------------------------------------------------

    def _button(
        self, name: str, rest: Colour, hover: Colour, press: Colour, text: Colour, *, pad: tuple[int, int] = (16, 8),
        left: bool = False, rounding: int = 7,
    ) -> None:  # fmt: skip
        p = self._p
        for enabled in (True, False):
            with self._theme(name, dpg.mvButton, enabled=enabled):
                if enabled:
                    self._colours(Button=rest, ButtonHovered=hover, ButtonActive=press, Text=text)
                else:
                    self._colours(Button=p.card, ButtonHovered=p.card, ButtonActive=p.card, Text=p.faint)
                self._styles(FramePadding=pad, FrameRounding=rounding)
                if left:
                    self._styles(ButtonTextAlign=(0.0, 0.5))

    def buttons(self) -> None:
        """Buttons by what they mean, and pills by status."""
        p = self._p
        self._button("primary", p.accent, p.accent_high, p.accent_low, p.on_accent)
        self._button("secondary", p.raised, p.hover, p.active, p.text)
        self._button("danger", p.soft("danger", 36), p.soft("danger", 70), p.soft("danger", 100), p.danger)
        self._button("danger_solid", p.soft("danger", 230), p.danger, p.soft("danger", 200), p.on_accent)
        self._button("ghost", NONE, p.hover, p.active, p.muted, pad=(8, 8))
        self._button("link", NONE, p.soft("accent", 30), p.soft("accent", 50), p.accent_high, pad=(4, 3))
        self._button("inline_link", NONE, p.soft("accent", 30), p.soft("accent", 50), p.accent_high, pad=(0, 0), rounding=3)
        self._button("row", NONE, p.hover, p.active, p.text, pad=(8, 8), left=True)
        self._button("cell", NONE, p.hover, p.active, p.text, pad=(4, 3), left=True)
        self._button("fold", NONE, p.raised, p.hover, p.text, pad=(4, 4), left=True)
        self._button("nav", NONE, p.raised, p.hover, p.muted, pad=(14, 10), left=True, rounding=8)
        chosen = p.soft("accent", 38), p.soft("accent", 56), p.soft("accent", 70)
        self._button("nav_on", *chosen, p.text, pad=(14, 10), left=True, rounding=8)
        self._button("row_on", *chosen, p.text, pad=(8, 8), left=True)
        self._button("seg", NONE, p.hover, p.active, p.muted, pad=(14, 7))
        self._button("seg_on", p.active, p.active, p.active, p.text, pad=(14, 7))
        self._button("choice", p.raised, p.hover, p.active, p.muted, pad=(10, 6), left=True, rounding=9)
        self._button("choice_on", *chosen, p.text, pad=(10, 6), left=True, rounding=9)
        for role in ("ok", "warn", "danger", "info", "muted", "accent"):
            ground = p.soft(role, 34)
            text = p.accent_high if role == "accent" else getattr(p, role)
            self._button(f"pill_{role}", ground, ground, ground, text, pad=(9, 2), rounding=10)

    # --- boxes ----------------------------------------------------------------------------------------------------------

    def _box(
        self, name: str, ground: Colour, pad: tuple[int, int], rounding: int, border: Colour,
        spacing: tuple[int, int] | None = None,
    ) -> None:  # fmt: skip
        with self._theme(name, dpg.mvChildWindow):
            self._colours(ChildBg=ground, Border=border)
            self._styles(WindowPadding=pad, ChildRounding=rounding)
            if spacing:
                self._styles(ItemSpacing=spacing)

    def boxes(self) -> None:
        """Cards and other grounds, windows that float."""
        p = self._p
        self._box("card", p.card, (18, 16), 12, p.border, (10, 10))
        self._box("card_error", p.card, (18, 16), 12, p.soft("danger", 140), (10, 10))
        self._box("reading", p.card, (24, 20), 12, p.border, (10, 6))
        self._box("tile", p.card, (16, 12), 12, p.border, (6, 4))
        self._box("inset", p.raised, (14, 12), 10, NONE)
        self._box("thumb", p.card, (0, 0), 12, p.border, (8, 4))
        self._box("segbar", p.sidebar, (3, 3), 9, p.border, (3, 3))
        self._box("sidebar", p.sidebar, (14, 20), 0, NONE, (8, 6))
        self._box("main", p.page, (28, 24), 0, NONE, (14, 14))
        self._box("plain", NONE, (0, 0), 0, NONE)
        with self._theme("root"):
            self._styles(WindowPadding=(0, 0), WindowBorderSize=0, WindowRounding=0, ItemSpacing=(0, 0))
        floating = {"WindowBg": p.overlay, "Border": p.border_strong}
        with self._theme("modal"):
            self._colours(**floating, FrameBg=p.hover, FrameBgHovered=p.active, Button=p.hover)
            self._styles(WindowPadding=(22, 20), ItemSpacing=(10, 12))
        with self._theme("toast"):
            self._colours(**floating)
            self._styles(WindowPadding=(14, 12), ItemSpacing=(10, 2), WindowRounding=10, WindowMinSize=(40, 30))
        with self._theme("toast", dpg.mvText):
            self._styles(FramePadding=(8, 4))
        with self._theme("menu"):
            self._colours(**floating)
            self._styles(WindowPadding=(6, 6), ItemSpacing=(2, 2), WindowRounding=10)
        with self._theme("menu_list"):
            self._colours(**floating, FrameBg=p.hover)
            self._styles(WindowPadding=(14, 12), ItemSpacing=(8, 8), WindowRounding=10)
        with self._theme("tooltip"):
            self._colours(PopupBg=p.overlay, Border=p.border_strong)
            self._styles(WindowPadding=(12, 10), ItemSpacing=(8, 5))

    # --- parts ----------------------------------------------------------------------------------------------------------

    def parts(self) -> None:
        """Layout grids, tables, thin bars, pictures one can click."""
        p = self._p
        with self._theme("grid", dpg.mvTable):
            self._styles(CellPadding=(7, 0))
        with self._theme("split", dpg.mvTable):
            self._styles(CellPadding=(7, 0))
            self._colours(TableBorderLight=NONE, TableBorderStrong=NONE)
        with self._theme("table", dpg.mvTable):
            self._styles(CellPadding=(10, 10))
            self._colours(HeaderHovered=p.hover, Header=p.soft("text", 10))
        with self._theme("table", dpg.mvText):  # words stand as high as the boxes and buttons of their row
            self._styles(FramePadding=(4, 3))
        with self._theme("tight"):
            self._styles(ItemSpacing=(8, 2))
        with self._theme("tight", dpg.mvText):
            self._styles(FramePadding=(8, 4))
        with self._theme("heading", dpg.mvText):  # titles of cards stand as high as those of cards that fold
            self._styles(FramePadding=(8, 4))
        with self._theme("pills", dpg.mvText):  # words beside a pill stand as high as it
            self._styles(FramePadding=(9, 2))
        with self._theme("prose"):
            self._styles(ItemSpacing=(8, 5), FramePadding=(0, 0))
        for name, colour in (("bar", p.accent), ("bar_warn", p.warn), ("bar_danger", p.danger)):
            with self._theme(name, dpg.mvProgressBar):
                self._styles(FrameRounding=5, FramePadding=(8, 4))  # words after it stand as high as those before
                self._colours(FrameBg=p.raised, PlotHistogram=colour)
        for name, colour in (("bad_value", p.danger), ("changed_value", p.accent), ("usual_value", NONE)):
            with self._theme(name):
                self._styles(FrameBorderSize=1)
                self._colours(Border=colour)
        for name, border, width in (("picture", p.border, 1), ("picture_on", p.accent_high, 2)):
            with self._theme(name, dpg.mvImageButton):
                self._styles(FramePadding=(3, 3), FrameBorderSize=width)
                self._colours(Border=border, Button=p.sidebar)
        with self._theme("picture_bare", dpg.mvImageButton):
            self._styles(FramePadding=(0, 0), FrameRounding=0)
            self._colours(Button=NONE, ButtonHovered=NONE, ButtonActive=NONE)

    # --- plots ----------------------------------------------------------------------------------------------------------

    def _line(self, name: str, colour: Colour, width: float) -> None:
        for kind in (dpg.mvLineSeries, dpg.mvInfLineSeries, dpg.mvScatterSeries, dpg.mvStairSeries):
            with self._theme(name, kind):
                self._plot_colours(Line=colour)
                self._plot_styles(LineWeight=width)

    def _dots(self, name: str, colour: Colour) -> None:
        with self._theme(name, dpg.mvScatterSeries):
            self._plot_colours(MarkerFill=colour, MarkerOutline=self._p.card)
            self._plot_styles(MarkerSize=4.5, MarkerWeight=1.0)
            dpg.add_theme_style(dpg.mvPlotStyleVar_Marker, dpg.mvPlotMarker_Circle, category=dpg.mvThemeCat_Plots)

    def plots(self) -> None:
        """Lines `line0` ... with bands `band0` ..., dots `mark0` ... and thin raw points `raw0` ..., the main line `mean`, a
        `cursor`."""
        p = self._p
        for number, (red, green, blue, _) in enumerate(p.series):
            self._line(f"line{number}", (red, green, blue, 255), 2.0)
            self._line(f"raw{number}", (red, green, blue, 70), 1.0)
            with self._theme(f"band{number}", dpg.mvShadeSeries):
                self._plot_colours(Fill=(red, green, blue, 46), Line=NONE)
            self._dots(f"mark{number}", (red, green, blue, 255))
        self._line("mean", p.line, 2.2)
        self._line("cursor", p.warn, 1.5)
