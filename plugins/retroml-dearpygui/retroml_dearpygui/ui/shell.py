"""The frame around pages: navigation, headline, messages, questions. It is the `Front` of the desk."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_core.plugins.registry import resolve
from retroml_dearpygui import offers, shortcuts
from retroml_dearpygui.actions import show_help
from retroml_dearpygui.services.set_up import unfinished
from retroml_dearpygui.specs import ActionSpec, Mode, PageSpec
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.keyboard import Keyboard, combination, focused, learn_more, takes_keys
from retroml_dearpygui.ui.palette_box import PaletteBox
from retroml_dearpygui.ui.side_cards import SideCards
from retroml_dearpygui.ui.toasts import Toasts
from retroml_dearpygui.ui.widgets.basic import button, cell, grid, inside, row, space, text
from retroml_dearpygui.ui.widgets.errors import error_card

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk, Question
    from retroml_dearpygui.runtime.crashes import CrashLog
    from retroml_dearpygui.ui.page import Page
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["Shell"]

SIDEBAR = 224
SCROLLED = 0.8


class Shell:
    """Builds the window's content and shows one page at a time."""

    def __init__(self, ui: Ui, crashes: CrashLog, restyled: Callable[[], None], clock: Callable[[], float]) -> None:
        self.ui = ui
        self.toasts = Toasts(ui, clock)
        self.dialogs = ui.dialogs
        self.palette = PaletteBox(ui)
        self.current = ""
        self._narrow = False
        self._keyboard = Keyboard(self._shortcut)
        self._crashes = crashes
        self._restyled = restyled
        self._specs: dict[str, PageSpec] = {}
        self._pages: dict[str, Page] = {}
        self._broken: set[str] = set()
        self._actions: dict[tuple[int, bool, bool], ActionSpec] = {}
        self._early = False
        self.desk: Desk
        self._side: SideCards

    def attach(self, desk: Desk) -> None:
        """Take the desk this shell is the front of; before anything else."""
        self.desk = desk
        self._side = SideCards(desk, self.ui)
        self._early = unfinished()
        self._specs = {spec.name: spec for spec in offers.pages(desk.app.plugins, early=self._early)}
        self._actions = {}
        for spec in offers.actions(desk.app.plugins, early=self._early):
            with contextlib.suppress(ValueError):  # a shortcut that cannot be typed: the palette still offers the action
                self._actions[combination(spec.shortcut)] = spec

    @property
    def pages(self) -> list[PageSpec]:
        """The pages that the user's mode shows."""
        return [spec for spec in self._specs.values() if spec.mode <= Mode(self.desk.settings.now.mode)]

    @property
    def page(self) -> Page | None:
        """The page on screen."""
        return self._pages.get(self.current)

    # --- building -------------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the window's content."""
        ui = self.ui
        with dpg.window(tag="root", no_scrollbar=True) as root:
            ui.theme(root, "root")
            with row(ui, 0):
                with dpg.child_window(
                    width=ui.px(SIDEBAR), border=False, no_scrollbar=True, always_use_window_padding=True, tag="sidebar"
                ):
                    ui.theme("sidebar", "sidebar")
                    with row(ui, 10):
                        ui.font(dpg.add_text(icons.JOYSTICK, color=ui.tone("accent_high")), "h1")
                        text(ui, "Retro ML", "h1")
                    space(ui, 14)
                    dpg.add_group(tag="nav")
                    if not self._early:
                        self._side.build()
                with dpg.child_window(border=False, always_use_window_padding=True, tag="main"):
                    ui.theme("main", "main")
                    with grid(ui, [1, -40]):
                        with cell() as head:
                            text(ui, "", "h1", tag="page.title")
                            text(ui, "", "small", tag="page.summary")
                        button(
                            ui, "", lambda: show_help(self.desk), "ghost", icon=icons.CIRCLE_QUESTION_MARK,
                            tip="Help about this page (F1)", tag="head.help",
                        )  # fmt: skip
                    ui.theme(head, "tight")
                    dpg.add_group(tag="page")
        self._navigation()
        self._keyboard.build()

    def _shortcut(self, pressed: tuple[int, bool, bool]) -> Callable[[], None] | None:
        """What a combination of keys does now. What has the focus is looked for only where it matters: that takes long."""
        if self.dialogs.open:
            return self._known().get(pressed)
        if pressed == combination(shortcuts.HELP) and (learn := learn_more()):
            return learn
        page = {combination(keys): do for keys, do in self.page.keys.items()} if self.page is not None else {}
        if pressed in page and (any(pressed[1:]) or not takes_keys()):
            return page[pressed]
        return self._known().get(pressed)

    def _known(self) -> dict[tuple[int, bool, bool], Callable[[], None]]:
        """What combinations of keys do on every page."""
        known: dict[tuple[int, bool, bool], Callable[[], None]] = {combination(shortcuts.CLOSE): self.dialogs.close}
        if self.palette.open:
            known[combination("Down")] = functools.partial(self.palette.move, 1)
            known[combination("Up")] = functools.partial(self.palette.move, -1)
            known[combination("Enter")] = self.palette.take
        if self.dialogs.open:
            return known
        if not self._early:
            known[combination(shortcuts.PALETTE)] = lambda: self.palette.show(self.desk)
        for number, spec in enumerate(self.pages[: shortcuts.MOST_PAGES], 1):
            known[combination(shortcuts.page_key(number))] = functools.partial(self.go, spec.name, {})
        known[combination(shortcuts.SCROLL_UP)] = functools.partial(self._scroll, -SCROLLED)
        known[combination(shortcuts.SCROLL_DOWN)] = functools.partial(self._scroll, SCROLLED)
        return known | {keys: functools.partial(self._act, action) for keys, action in self._actions.items()}

    def _scroll(self, share: float) -> None:
        """Scroll the page by a share of its height: what cannot have the focus would not be seen without a mouse."""
        box = self.page.scrolls if self.page is not None else "main"
        wanted = dpg.get_y_scroll(box) + share * dpg.get_item_rect_size(box)[1]
        dpg.set_y_scroll(box, min(max(wanted, 0.0), dpg.get_y_scroll_max(box)))

    def _act(self, action: ActionSpec) -> None:
        resolve(action.factory)(self.desk)

    def _navigation(self) -> None:
        if [dpg.get_item_user_data(item) for item in dpg.get_item_children("nav", 1)] != [spec.name for spec in self.pages]:
            dpg.delete_item("nav", children_only=True)
            for spec in self.pages:
                dpg.add_button(
                    label=f"{spec.icon}   {spec.title}",
                    width=-1,
                    parent="nav",
                    tag=f"nav.{spec.name}",
                    user_data=spec.name,
                    callback=lambda _sender, _data, name: self.go(name, {}),
                )
        for spec in self.pages:
            self.ui.theme(f"nav.{spec.name}", "nav_on" if spec.name == self.current else "nav")

    # --- pages ----------------------------------------------------------------------------------------------------------

    def go(self, page: str, arguments: dict[str, str]) -> None:
        """Show `page`; a name that no page has shows the first."""
        name = page if page in self._specs else self.pages[0].name
        if self.page is not None and self.current != name:
            self.page.hidden()
        if self._open(name, arguments):
            self._show(name)

    def _open(self, name: str, arguments: dict[str, str]) -> bool:
        spec = self._specs[name]
        try:
            if name not in self._pages:
                self._pages[name] = resolve(spec.factory)(self.desk, self.ui)
            self._pages[name].open(**arguments)
        except Exception as error:  # noqa: BLE001  # whatever a plugin's page raises
            self._show(name)
            self._break(name, error)
            return False
        return True

    def _show(self, name: str) -> None:
        for other in self._specs:
            if dpg.does_item_exist(f"page.{other}"):
                dpg.configure_item(f"page.{other}", show=other == name)
        if self.current != name:
            dpg.set_y_scroll("main", 0)
        self.current, before = name, self.current
        dpg.set_value("page.title", self._specs[name].title)
        dpg.set_value("page.summary", self._specs[name].summary)
        dpg.configure_item("head.help", show=name != "help")
        self._navigation()
        if before != name:
            self.ui.focus("nav.help" if name == "help" else "head.help")  # Tab goes on from there into the page
        self.desk.settings.set(page=name)
        if name in self._pages and not dpg.does_item_exist(f"page.{name}"):
            self._build_page(name)

    def _build_page(self, name: str) -> None:
        self._broken.discard(name)
        parent = dpg.add_group(tag=f"page.{name}", parent="page")
        dpg.push_container_stack(parent)
        try:
            self._pages[name].build(parent)
        except Exception as error:  # noqa: BLE001  # whatever a plugin's page raises
            self._break(name, error)
        finally:
            dpg.empty_container_stack()

    def _break(self, name: str, error: Exception) -> None:
        """Put an error card where the page was; the others go on.

        Containers that the page entered and did not leave are left first: Dear PyGui would crash on them once they are gone.
        """
        dpg.empty_container_stack()
        report = self._crashes.report(f"page {name}", error)
        self._broken.add(name)
        if dpg.does_item_exist(f"page.{name}"):
            dpg.delete_item(f"page.{name}", children_only=True)
        else:
            dpg.add_group(tag=f"page.{name}", parent="page")
        with inside(f"page.{name}"):
            error_card(self.ui, self._specs[name].title, report, copy=self.copy, again=lambda: self._rebuild_page(name))

    def _rebuild_page(self, name: str) -> None:
        self._broken.discard(name)
        self._pages.pop(name, None)
        if dpg.does_item_exist(f"page.{name}"):
            dpg.delete_item(f"page.{name}")
        self.go(name, {})

    def tick(self, dt: float) -> None:
        """Before each frame."""
        if self.page is not None and self.current not in self._broken:
            try:
                self.page.tick(dt)
            except Exception as error:  # noqa: BLE001  # whatever a plugin's page raises
                self._break(self.current, error)
        if self._narrow != self.ui.narrow:
            self._narrow = self.ui.narrow
            self.restyle()
        if not self._early:
            self._side.tick()
        self.ui.tick()
        self.dialogs.tick()
        self.toasts.tick(dpg.get_viewport_client_width(), dpg.get_viewport_client_height())

    # --- the front of the desk ------------------------------------------------------------------------------------------

    def toast(self, title: str, text: str, kind: str, undo: Callable[[], None] | None) -> None:
        """Show a message."""
        self.toasts.show(title, text, kind, undo)

    def ask(self, question: Question) -> None:
        """Show a question."""
        self.dialogs.ask(question)

    def restyle(self) -> None:
        """Build everything anew, before the next frame."""
        self.desk.post(self._restyle)

    def _restyle(self, page: str = "") -> None:
        item = focused()
        kept = dpg.get_item_alias(item) if item is not None else ""
        self.dialogs.close()
        self.toasts.clear()
        dpg.delete_item("root")
        self._restyled()
        self.build()
        dpg.set_primary_window("root", True)
        wanted = page or self.current
        self.go(wanted if any(spec.name == wanted for spec in self.pages) else "", {})
        if kept and dpg.does_item_exist(kept):
            self.ui.focus(kept)  # the keyboard goes on where it was

    def restart(self, page: str = "") -> None:
        """Everything as at a start: pages and view-models are made anew, on `page` or the first one."""
        if self.page is not None:
            self.page.hidden()
        self._pages, self._broken, self.current = {}, set(), ""
        self.desk.forget()
        self._restyle(page)

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard."""
        dpg.set_clipboard_text(text)

    def report(self, where: str, error: BaseException) -> str:
        """Write an error to the crash log; its report."""
        return self._crashes.report(where, error)

    def crashed(self, where: str, error: BaseException) -> None:
        """Log the error and offer its report."""
        report = self._crashes.report(where, error)
        self.toasts.show("Something went wrong", f"{type(error).__name__}: {error}"[:160], "danger")
        if not self.dialogs.open:
            self.dialogs.crash(report, self.copy)
