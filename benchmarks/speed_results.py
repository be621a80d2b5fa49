"""What the speed benchmarks measured, kept with its date and machine, and shown as the tables of docs/speed.md.

    python -m benchmarks.speed_results --take FOLDER     take up the JSON files of the benchmarks, and renew the page
    python -m benchmarks.speed_results                   renew the page from what is kept

FOLDER holds what `--output` of the benchmarks wrote, under names that begin with a section: `ppo.json`, `ppo_cleanrl.json`,
`overlap.json`, `dqn.json`, `environments.json`, `collector.json`, `tape.json`, `replay.json`, `replay_speed.json`,
`checkpoints.json`, `bound.json`, `memory.json`; what is not there stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "speed.json"
PAGE = ROOT / "docs" / "speed.md"

Figures = Mapping[str, Any]

PEERS: Mapping[str, str] = MappingProxyType(
    {
        "sb3": "Stable-Baselines3",
        "tianshou": "Tianshou, its own Atari example",
        "cleanrl ppo_atari.py": "CleanRL `ppo_atari.py`",
        "cleanrl ppo_atari_envpool.py": "CleanRL `ppo_atari_envpool.py`",
        "cleanrl dqn_atari.py": "CleanRL `dqn_atari.py`",
        "bare": "ale-py's vector environment, bare",
        "retroml": "ours",
        "retroml with tape": "ours, recording its tape",
        "in halves with tape": "ours, in two halves by turns, recording",
        "gymnasium": "Gymnasium, a process for each game",
        "envpool": "EnvPool",
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Take up new figures where asked for, and write the tables into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--take", type=Path, help="folder with the JSON files of the benchmarks")
    parser.add_argument("--machine", default="", help="what to call the machine (its processor and its cores)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are kept")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page with the tables")
    asked = parser.parse_args(argv)
    kept = json.loads(asked.results.read_text(encoding="utf-8")) if asked.results.exists() else {}
    if asked.take is not None:
        kept |= taken(asked.take, asked.machine or machine())
        asked.results.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    page = asked.page.read_text(encoding="utf-8")
    asked.page.write_text(renewed(page, kept), encoding="utf-8")
    return 0


def taken(folder: Path, where: str) -> dict[str, Any]:
    """The figures in `folder` by section, each with the day it was measured on and `where`. Raises SystemExit without any."""
    found: dict[str, Any] = {}
    for section in SECTIONS:
        files = sorted(folder.glob(f"{section}*.json"))
        if files:
            day = datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC).date().isoformat()
            parts = [json.loads(file.read_text(encoding="utf-8")) for file in files]
            found[section] = {"measured": day, "machine": where, "figures": together(parts)}
    if not found:
        raise SystemExit(f"{folder} holds none of {', '.join(f'{section}.json' for section in SECTIONS)}")
    return found


def together(parts: Sequence[Figures]) -> Figures:
    """Figures that were measured in parts; comparisons with several peers are listed one after the other."""
    comparisons = [comparison for part in parts for comparison in part.get("comparisons", [])]
    whole = {name: value for part in parts for name, value in part.items() if name != "arguments"}
    return whole | ({"comparisons": comparisons} if comparisons else {})


def renewed(page: str, kept: Mapping[str, Any]) -> str:
    """`page` with the table of each section that is kept between its two marks."""
    for section, table in SECTIONS.items():
        if section in kept:
            text = f"{where(kept[section])}\n\n{table(kept[section]['figures'])}"
            marks = rf"(<!-- {section} -->\n).*?(<!-- end -->)"
            page = re.sub(marks, lambda found, text=text: f"{found[1]}\n{text}\n\n{found[2]}", page, flags=re.DOTALL)
    return page


def where(section: Figures) -> str:
    """On which day and machine a section was measured, as a sentence."""
    return f"Measured on {section['measured']}, {section['machine']}."


def trainings(figures: Figures) -> str:
    """Steps a second of trainings beside peers, medians, and the ratios of neighbours."""
    rows = [("beside", "ours", "theirs", "ratio", "lowest to highest", "pairs")]
    for one in figures["comparisons"]:
        ours, theirs, each = one["ours"], one["theirs"], one["ratios"]
        rows.append(
            (
                PEERS.get(one["peer"], one["peer"]),
                f"{statistics.median(ours):.0f}",
                f"{statistics.median(theirs):.0f}",
                f"**{statistics.median(each):.2f}**",
                f"{min(each):.2f} to {max(each):.2f}",
                str(len(each)),
            )
        )
    return markdown(rows)


def ratios(figures: Figures) -> dict[str, float]:
    """The median ratio of ours to each peer, by the name of the peer."""
    return {PEERS.get(one["peer"], one["peer"]): statistics.median(one["ratios"]) for one in figures["comparisons"]}


def environments(figures: Figures) -> str:
    """Steps a second of environments, and their ratio to the bare one."""
    rows = [("environment", "steps/s", "of the bare one", "lowest to highest")]
    for name, one in figures["results"].items():
        spread = f"{one['lowest']:.2f} to {one['highest']:.2f}"
        rows.append((PEERS.get(name, name), f"{one['median']:,.0f}", f"{one['ratio']:.2f}", spread))
    return markdown(rows)


def collector(figures: Figures) -> str:
    """Milliseconds around each vector step, medians."""
    rows = [("environments", "ours", "Tianshou's Collector")]
    for count, costs in figures["milliseconds"].items():
        ours, theirs = (f"{statistics.median(costs[name]):.2f} ms" for name in ("retroml", "tianshou"))
        rows.append((count, ours, theirs))
    return markdown(rows)


def tape(figures: Figures) -> str:
    """What recording costs, and how fast a tape plays."""
    rows = [("the tape", "")]
    rows.append(("recording, processor time a step", f"{figures['recording_microseconds_per_step']:.1f} µs"))
    rows.append(("size of a step", f"{figures['bytes_per_step']:.2f} bytes"))
    rows.append(("to open one of 20,000 steps", f"{figures['open_seconds'] * 1e3:.1f} ms"))
    views = {"observation": "as the agent sees it", "colour": "in colour", "colour60": "in colour, 60 pictures a second"}
    for name, title in views.items():
        rate = figures[f"play_{name}_steps_per_processor_second"]
        rows.append((f"played again {title}", f"{rate:,.0f} steps a processor second"))
    return markdown(rows)


def replay(figures: Figures) -> str:
    """What a step in a replay takes, and how long replays take for their work."""
    rows = [("replay", "GB a million steps", "adding a step", "drawing 32")]
    for name, one in figures["replays"].items():
        library, _, kind = name.partition(" ")
        size, add, draw = one["bytes_a_step"] / 1e3, one["add_seconds"] * 1e6, one["draw_seconds"] * 1e3
        rows.append((f"{PEERS[library].partition(',')[0]}, `{kind}`", f"{size:.2f}", f"{add:.0f} µs", f"{draw:.2f} ms"))
    storage, each = figures["training"]["storage"], figures["training"]["ratios"]
    return (
        f"{markdown(rows)}\n\nWith `replay_storage={storage}`, DQN trains at **{statistics.median(each):.2f}** times the speed "
        f"that it has with the replay in memory ({min(each):.2f} to {max(each):.2f} in {len(each)} pairs)."
    )


def bound(figures: Figures) -> str:
    """How near training comes to perfectly packed cores."""
    rows = [
        ("work", "core time a step"),
        *((name, f"{statistics.median(each) * 1e3:.2f} ms") for name, each in figures["core_seconds"].items()),
    ]
    rows.append(("all of it packed perfectly", f"{statistics.median(figures['bounds']):.0f} steps/s"))
    reached, shares = statistics.median(figures["reached"]), figures["shares"]
    spread = f"{min(shares):.0%} to {max(shares):.0%}"
    rows.append(("training", f"{reached:.0f} steps/s, **{statistics.median(shares):.0%}** of that ({spread})"))
    return markdown(rows)


def checkpoints(figures: Figures) -> str:
    """The share of training that checkpoints take."""
    rows = [
        (
            "algorithm",
            "checkpoints",
            "training stood still",
            "longest",
            "share of 5 minutes",
            "policies, share",
            "writing, share",
        )
    ]
    for one in figures["runs"]:
        stalls, seconds = one["stall_seconds"], one["seconds"]
        rows.append(
            (
                one["name"],
                str(len(stalls)),
                f"{statistics.median(stalls) * 1e3:.0f} ms",
                f"{max(stalls) * 1e3:.0f} ms",
                f"{statistics.median(stalls) / 300:.2%}",
                f"{one['policies_stall_seconds'] / seconds:.2%}",
                f"{one['writing_processor_seconds'] / seconds:.2%}",
            )
        )
    return markdown(rows)


def memory(figures: Figures) -> str:
    """How the memory of trainings goes on once everything is there."""
    rows = [("training", "minutes", "after the first 30 %", "at the end", "most", "an hour")]
    for name, one in figures.items():
        first, last, most = (f"{one[part]:,.0f} MB" for part in ("first_mb", "last_mb", "highest_mb"))
        rows.append((name, f"{one['minutes']:.0f}", first, last, most, f"{one['slope_mb_per_hour']:+.0f} MB"))
    return markdown(rows)


SECTIONS: Mapping[str, Callable[[Figures], str]] = MappingProxyType(
    {
        "ppo": trainings,
        "overlap": trainings,
        "dqn": trainings,
        "environments": environments,
        "collector": collector,
        "tape": tape,
        "replay": replay,
        "bound": bound,
        "checkpoints": checkpoints,
        "memory": memory,
    }
)
"""The sections of the page, and what makes the table of each."""


def markdown(rows: Iterable[Sequence[str]]) -> str:
    """`rows` as a table, the first as its head."""
    head, *others = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "|" + " --- |" * (head.count("|") - 1), *others])


def machine() -> str:
    """This machine in words."""
    return f"{os.cpu_count()} cores of {processor()}"


def processor() -> str:
    """The name of the processor, as far as the system tells."""
    import platform

    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
