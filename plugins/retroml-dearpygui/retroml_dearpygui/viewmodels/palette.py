"""The command palette: everything one can do or see, found by typing some letters of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.plugins.registry import resolve
from retroml_dearpygui import offers
from retroml_dearpygui.shortcuts import page_key
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.specs import ActionSpec

__all__ = ["Entry", "entries", "found"]


@dataclass(frozen=True)
class Entry:
    """A line of the palette: `do` is called when it is chosen. What the mode hides is found by its words only."""

    title: str
    more: str
    icon: str
    shortcut: str
    do: Callable[[], None]
    hidden: bool = False


def entries(desk: Desk) -> list[Entry]:
    """All there is now: pages, actions, the newest runs, every game to train."""
    mode = Mode(desk.settings.now.mode)
    pages = offers.pages(desk.app.plugins)
    keys = {page.name: page_key(number) for number, page in enumerate((page for page in pages if page.mode <= mode), 1)}
    listed = [
        Entry(
            page.title,
            page.summary,
            page.icon,
            keys.get(page.name, ""),
            functools.partial(desk.go, page.name),
            page.mode > mode,
        )
        for page in pages
    ]
    listed += [_action(desk, spec, hidden=spec.mode > mode) for spec in offers.actions(desk.app.plugins)]
    runs = desk.viewmodel(RunsViewModel)
    listed += [
        Entry(f"Watch {runs.title(card)}", card.id, "", "", functools.partial(desk.go, "watch", run=card.id))
        for card in runs.look.recent
    ]
    train = desk.viewmodel(TrainViewModel)
    return listed + [
        Entry(f"Train {game.title}", game.summary, "", "", functools.partial(_train, desk, game.name)) for game in train.games
    ]


def found(listed: Iterable[Entry], words: str) -> list[Entry]:
    """The entries that hold the letters of `words` in order, best first: whole words before beginnings before the rest.

    Without words all but what the mode hides.
    """
    wanted = words.lower().strip()
    there = [entry for entry in listed if wanted or not entry.hidden]
    ranked = [((rank, entry.hidden), entry) for entry in there if (rank := _rank(entry, wanted)) is not None]
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _rank(entry: Entry, wanted: str) -> int | None:
    title = entry.title.lower()
    if wanted in title:
        return 0 if title.startswith(wanted) else 1
    if all(word in f"{title} {entry.more.lower()}" for word in wanted.split()):
        return 2
    letters = iter(title)
    return 3 if all(letter in letters for letter in wanted.replace(" ", "")) else None


def _action(desk: Desk, spec: ActionSpec, *, hidden: bool) -> Entry:
    return Entry(spec.title, spec.summary, spec.icon, spec.shortcut, lambda: resolve(spec.factory)(desk), hidden)


def _train(desk: Desk, game: str) -> None:
    desk.go("train")
    desk.viewmodel(TrainViewModel).choose_game(game)
