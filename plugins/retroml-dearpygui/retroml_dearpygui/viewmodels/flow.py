"""Text in several styles broken into lines, as wide as there is room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from retroml_dearpygui.services.markdown import Span, Style

__all__ = ["lines"]


def lines(spans: Iterable[Span], width: float, measure: Callable[[Span], float]) -> list[list[Span]]:
    """`spans` in lines of at most `width` pixels, broken at spaces only; a word that is wider has a line of its own.

    `measure` gives the width of a span in pixels. Neighbours of one style are one span.
    """
    found: list[list[Span]] = []
    room = 0.0
    for word in _words(spans):
        wide = sum(map(measure, word))
        gap = measure(Span(" ", word[0].style)) if found else 0.0
        if found and gap + wide <= room:
            _put(found[-1], word)
            room -= gap + wide
        else:
            found.append(list(word))
            room = width - wide
    return found


def _words(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """What must stay together: spans without spaces that follow each other without one."""
    word: list[Span] = []
    for span in spans:
        parts = span.text.split()
        if span.text[:1].isspace() and word:
            yield word
            word = []
        for number, part in enumerate(parts):
            if number:
                yield word
                word = []
            word.append(replace(span, text=part))
        if span.text[-1:].isspace() and word:
            yield word
            word = []
    if word:
        yield word


def _put(line: list[Span], word: list[Span]) -> None:
    """Add a word and the space before it, which no link takes at its edge."""
    last, first = line[-1], word[0]
    if (last.style, last.target) == (first.style, first.target):
        line[-1] = replace(last, text=f"{last.text} {first.text}")
        line += word[1:]
    elif last.style is not Style.LINK:
        line[-1] = replace(last, text=f"{last.text} ")
        line += word
    elif first.style is not Style.LINK:
        line += [replace(first, text=f" {first.text}"), *word[1:]]
    else:
        line += [Span(" "), *word]
