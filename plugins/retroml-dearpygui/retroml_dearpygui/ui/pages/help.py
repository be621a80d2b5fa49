"""Help: topics to the left, found by words; the text of one to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.widgets.basic import button, grid, refill, space, text
from retroml_dearpygui.ui.widgets.prose import Prose
from retroml_dearpygui.ui.widgets.split import Split
from retroml_dearpygui.viewmodels.help import HelpViewModel, Hit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.page import Keyed
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["HelpPage"]

LIST, SMALL_LIST = 292, 216
LIST_HEIGHT, TINY = 210, 880
ABOVE = 14
TEXT_PAD = 24
SCROLLBAR = 18


class HelpPage(Page):
    """Tags `help.search`, `help.list` with `help.topic.<name>`, `help.back`, `help.text`."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(HelpViewModel)
        self.prose = Prose(ui, "help.text", self.vm.follow)
        self.split = Split(desk, ui, "help.split", LIST, left=True)
        self._seen = -1
        self._listed: tuple[object, ...] = ()
        self._topic = ""

    @property
    def scrolls(self) -> str:
        """The text, beside which the list stays where it is."""
        return "help.page"

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The edge between the columns."""
        return (self.split,)

    def open(self, **arguments: str) -> None:
        """`topic` names what to show, `heading` where in it to begin."""
        self.vm.begin(arguments.get("topic", ""), arguments.get("heading", ""))

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        ui = self.ui
        self._seen, self._listed, self._topic = -1, (), ""
        tiny = 0 < dpg.get_viewport_client_width() < ui.px(TINY)
        columns = dpg.group() if tiny else grid(ui, [-SMALL_LIST, 1]) if ui.narrow else self.split.build()
        with columns:
            with dpg.child_window(width=-1, height=ui.px(LIST_HEIGHT) if tiny else -1, border=False, tag="help.side"):
                ui.theme("help.side", "plain")
                dpg.add_input_text(
                    hint=f"{icons.SEARCH}  Search the help", default_value=self.vm.words, width=-1, tag="help.search",
                    callback=lambda _sender, words: self.vm.search(words),
                )  # fmt: skip
                ui.theme(dpg.add_group(tag="help.list"), "tight")
            with dpg.child_window(width=-1, height=-1, border=True, always_use_window_padding=True, tag="help.page"):
                ui.theme("help.page", "reading")
                button(ui, "", self.vm.back, "link", icon=icons.CHEVRON_LEFT, tag="help.back", show=False)
                with dpg.group() as head:
                    text(ui, "", "h1", tag="help.title", wrap=0)
                    text(ui, "", tone="muted", tag="help.summary", wrap=0)
                ui.theme(head, "prose")
                space(ui, 6)
                self.prose.build()

    def tick(self, dt: float) -> None:
        """Show what is new."""
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()
        if dpg.is_item_focused("help.search") and dpg.is_key_pressed(dpg.mvKey_Return):
            self.vm.take_first()
        self.split.tick()
        self._go_to_heading()
        self.prose.tick(dpg.get_item_rect_size("help.page")[0] - self.ui.px(2 * TEXT_PAD + SCROLLBAR))

    def _go_to_heading(self) -> None:
        """Scroll to the heading that was asked for, once it has its place."""
        item = self.prose.heading(self.vm.heading) if self.vm.heading else None
        if item is not None and dpg.get_item_rect_size(item)[0] > 0:
            dpg.set_y_scroll("help.page", max(0, dpg.get_item_pos(item)[1] - self.ui.px(ABOVE)))
            self.vm.heading = ""

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        vm = self.vm
        dpg.configure_item("help.back", show=vm.before is not None)
        dpg.set_item_label("help.back", f"{icons.CHEVRON_LEFT}  {vm.before.title if vm.before else ''}")
        dpg.set_value("help.title", vm.topic.title)
        dpg.set_value("help.summary", vm.topic.summary)
        self.prose.show(vm.blocks)
        if self._topic != vm.topic.name:
            self._topic = vm.topic.name
            dpg.set_y_scroll("help.page", 0)
        listed = (vm.topic.name, vm.searching, *vm.hits)
        if listed != self._listed:
            self._listed = listed
            self._fill(vm.hits)

    def _fill(self, hits: list[Hit]) -> None:
        with refill("help.list"):
            for hit in hits:
                self._entry(hit)
            if not hits:
                text(self.ui, "Searching ..." if self.vm.searching else "Nothing fits.", tone="muted")

    def _entry(self, hit: Hit) -> None:
        ui, topic = self.ui, hit.topic
        kind = "nav_on" if topic is self.vm.topic else "nav"
        label = f"{'        ' if topic.parent else ''}{topic.title}"
        button(ui, label, lambda: self.vm.open(topic.name), kind, icon=topic.icon, width=-1, tag=f"help.topic.{topic.name}")
        if self.vm.words.strip():
            with dpg.group(indent=ui.px(14)):
                text(ui, hit.words, "small", wrap=0)
