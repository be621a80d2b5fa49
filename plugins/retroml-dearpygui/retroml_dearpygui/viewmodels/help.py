"""The help: topics, the one shown, how one came there, and what is found by words."""

from __future__ import annotations

import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_dearpygui.services.help_topics import Topic, topics
from retroml_dearpygui.services.markdown import Block, blocks, plain
from retroml_dearpygui.viewmodels.base import ViewModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_dearpygui.desk import Desk

__all__ = ["HelpViewModel", "Hit"]

AROUND = 34
WEB = ("https:", "http:")


@dataclass(frozen=True)
class Hit:
    """A topic in the list, with the line below its title: its summary, or the words around what was searched for."""

    topic: Topic
    words: str


class HelpViewModel(ViewModel):
    """`topic` is the one shown, `blocks` its text, empty while it is read; `words` what is searched for.

    `heading` is where the text is to be begun, "" once that is so.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._topics = {topic.name: topic for topic in topics(desk.app)}
        self.topic = next(iter(self._topics.values()))
        self.blocks: Sequence[Block] = ()
        self.words = self.heading = ""
        self._been: list[str] = []
        self._plain: dict[str, str] = {}
        self._asked = False
        self._read()

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def hits(self) -> list[Hit]:
        """What the list shows: all topics of the user's mode, or all in which all words occur, the best first."""
        wanted = self.words.lower().split()
        if not wanted:
            return [Hit(topic, topic.summary) for topic in self._topics.values() if self._listed(topic)]
        found = [(rank, topic) for topic in self._topics.values() if (rank := self._rank(topic, wanted)) is not None]
        return [Hit(topic, self._around(topic, wanted)) for _, topic in sorted(found, key=lambda pair: pair[0])]

    @property
    def searching(self) -> bool:
        """Whether more may be found: the texts are still being read."""
        return self._asked and not self._plain

    @property
    def before(self) -> Topic | None:
        """The topic shown before, to which `back` goes."""
        return self._topics[self._been[-1]] if self._been else None

    # --- commands -------------------------------------------------------------------------------------------------------

    def begin(self, name: str, heading: str = "") -> None:
        """Show a topic that was asked for elsewhere, from a heading on. An unknown name leaves all as it is.

        There is nothing to go back to.
        """
        if name in self._topics:
            self._been.clear()
            self._show(name, heading)

    def open(self, name: str) -> None:
        """Show a topic; a name that none has leaves all as it is."""
        if name in self._topics and name != self.topic.name:
            self._been.append(self.topic.name)
            self._show(name)

    def back(self) -> None:
        """Show the topic before."""
        if self._been:
            self._show(self._been.pop())

    def search(self, words: str) -> None:
        """List what holds all `words`. The texts are read at the first search; until then titles and summaries are searched."""
        self.words = words
        if not self._asked:
            self._asked = True
            self.desk.background(lambda: {topic.name: plain(topic.read()) for topic in self._topics.values()}, self._searchable)
        self.changed()

    def take_first(self) -> None:
        """Show the best that was found."""
        hits = self.hits
        if self.words.strip() and hits:
            self.open(hits[0].topic.name)

    def follow(self, target: str) -> None:
        """Go where a link leads: to a topic, a page of the app, or an address in the browser."""
        kind, _, name = target.partition(":")
        if kind == "topic":
            self.open(name)
        elif kind == "page":
            self.desk.go(name)
        elif target.startswith(WEB):
            self.desk.background(lambda: webbrowser.open(target), lambda opened: self._browsed(target, opened))

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _show(self, name: str, heading: str = "") -> None:
        self.topic, self.blocks, self.heading = self._topics[name], (), heading
        self._read()
        self.changed()

    def _read(self) -> None:
        topic = self.topic
        self.desk.background(lambda: blocks(topic.read()), lambda found: self._have(topic, found))

    def _have(self, topic: Topic, found: list[Block]) -> None:
        if topic is self.topic:
            self.blocks = found
            self.changed()

    def _searchable(self, texts: dict[str, str]) -> None:
        self._plain = texts
        self.changed()

    def _listed(self, topic: Topic) -> bool:
        """Whether a topic stands in the list when nothing is searched for: those below another only while that is shown."""
        near = (self.topic.name, self.topic.parent)
        within = topic.mode <= self.desk.settings.now.mode
        return topic is self.topic or (within and (not topic.parent or topic.parent in near))

    def _rank(self, topic: Topic, wanted: list[str]) -> int | None:
        title, summary = topic.title.lower(), topic.summary.lower()
        text = f"{title} {summary} {self._plain.get(topic.name, '').lower()}"
        if not all(word in text for word in wanted):
            return None
        places = (title, f"{title} {summary}", text)
        return next(rank for rank, place in enumerate(places) if all(word in place for word in wanted))

    def _around(self, topic: Topic, wanted: list[str]) -> str:
        text = self._plain.get(topic.name, "")
        at = next((place for word in wanted if (place := text.lower().find(word)) >= 0), -1)
        if at < 0:
            return topic.summary
        first = text.rfind(" ", 0, max(0, at - AROUND // 2)) + 1
        words = text[first : first + 2 * AROUND].rpartition(" ")[0] or text[first:]
        return f"{'… ' if first else ''}{words} …"

    def _browsed(self, address: str, opened: bool) -> None:
        if not opened:
            self.desk.copy(address, "The address: no browser could be opened.")
