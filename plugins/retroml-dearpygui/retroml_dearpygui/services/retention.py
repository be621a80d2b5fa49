"""Keeping the disk tidy: which runs a rule would let go of. They only ever go to the trash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_core.index import RunRow

__all__ = ["FAVOURITE", "Rule", "outdated"]

FAVOURITE = "favourite"
"""The tag of runs that no rule touches."""

DAY = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Keep runs of the last `days`, and the newest `runs` whatever their age."""

    days: int = 30
    runs: int = 50


def outdated(rows: Iterable[RunRow], rule: Rule, now: float) -> list[RunRow]:
    """The runs that `rule` lets go of at `now` (milliseconds since 1970), oldest first.

    Never those at work, those with the tag `favourite`, and those that others go on from.
    """
    newest_first = sorted(rows, key=lambda row: row.created_at, reverse=True)
    parents = {row.parent_id for row in newest_first if row.parent_id}
    old = [row for row in newest_first[rule.runs :] if row.created_at < now - rule.days * DAY]
    free = [row for row in old if not row.state.live and FAVOURITE not in row.tags and row.id not in parents]
    return free[::-1]
