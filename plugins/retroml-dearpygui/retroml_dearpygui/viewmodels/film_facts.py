"""What is known of a film, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui.viewmodels.wording import clock_time, play_time, score, size

if TYPE_CHECKING:
    from retroml_core.films.film import Film

__all__ = ["film_facts", "searched", "stretch_title"]


def film_facts(film: Film, kind: str) -> list[tuple[str, str]]:
    """What there is to know of a film of a `kind` of which the title is given, as (what, value)."""
    tree = film.sidecar
    best = max((segment.get("score", 0.0) for segment in tree.get("segments", ())), default=None)
    return [
        ("Game", str(tree.get("game_title") or tree.get("game") or "?")),
        ("Algorithm", str(tree.get("algorithm") or "?").upper()),
        ("Kind", kind),
        ("Length", play_time(film.seconds)),
        ("Highest score shown", score(best)),
        ("Picture", f"{tree.get('width', '?')} x {tree.get('height', '?')}, {tree.get('fps', '?')} a second"),
        ("Size", size(film.size_bytes)),
        ("Made", clock_time(film.created_at)),
        ("File", film.name),
        *(("Note", str(note)) for note in tree.get("notes", ())),
    ]


def stretch_title(film: Film) -> str:
    """What a full record shows: "game 12: 31 points", or "game 12 and on" where there are several; "" of other films."""
    titles = [str(segment.get("title", "")) for segment in film.sidecar.get("segments", ())]
    if film.renderer != "full_record" or not titles or not titles[0]:
        return ""
    return titles[0].lower() + (" and on" if len(titles) > 1 else "")


def searched(film: Film) -> str:
    """Where words that are looked for may stand, in small letters."""
    tree = film.sidecar
    return f"{film.label} {film.name} {tree.get('game_title')} {tree.get('algorithm')} {film.renderer} {film.run_id}".lower()
