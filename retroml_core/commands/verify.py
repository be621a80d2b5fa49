"""`retroml verify ID`: whether a run is what it says it is; its play and its training are carried out again and compared."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import TYPE_CHECKING

from retroml_core.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.verifying.findings import Verdict

__all__ = ["main"]

EXIT_VERIFIED, EXIT_DIVERGED = 0, 1


def main(app: App, argv: Sequence[str]) -> int:
    """Verify and print the verdict: 0 everything compared is as recorded, 1 it is not. Raises Fault for wrong use."""
    from retroml_core.runs.run import find_run
    from retroml_core.terminal.counting import counting
    from retroml_core.verifying.verification import Segment, verify_run

    asked = _parser().parse_args(argv)
    first, last = _segment(asked)
    with counting() as progress:
        verdict = verify_run(app, find_run(app, asked.id), Segment(first=first, last=last, play_only=asked.play_only), progress)
    sys.stdout.write((json.dumps(verdict.as_dict(), indent=2) if asked.json else _page(verdict)) + "\n")
    return EXIT_VERIFIED if verdict.ok else EXIT_DIVERGED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retroml verify",
        description="Play the tape of a run again, carry out its training again in a scratch folder, compare both with what "
        "was recorded, and name the first difference. It takes as long as the training did; a segment takes its share.",
        epilog="Exit codes: 0 everything compared is as recorded, 1 something is not, 2 wrong use.",
    )
    parser.add_argument("id", help="the run: its id, a unique beginning of it, or latest")
    parser.add_argument("--segment", metavar="A:B", help="only from checkpoint (or step) A to B; either may be left out")
    parser.add_argument("--from", dest="first", type=_step, metavar="STEP", help="only from this checkpoint on")
    parser.add_argument("--to", dest="last", type=_step, metavar="STEP", help="only up to this step")
    parser.add_argument("--play-only", action="store_true", help="only play the tape again; do not train")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    return parser


def _segment(asked: argparse.Namespace) -> tuple[int | None, int | None]:
    if asked.segment is None:
        return asked.first, asked.last
    match = re.fullmatch(r"([\d,_]*):([\d,_]*)", asked.segment)
    if match is None or asked.first is not None or asked.last is not None:
        raise Fault(
            f"--segment {asked.segment}: write two steps, such as --segment 100000:200000, and no --from or --to besides"
        )
    first, last = (_step(word) if word else None for word in match.groups())
    return first, last


def _step(word: str) -> int:
    digits = word.replace(",", "").replace("_", "")
    if not digits.isdigit():
        raise argparse.ArgumentTypeError(f"{word!r} is not a step")
    return int(digits)


def _page(verdict: Verdict) -> str:
    lines = [f"{verdict.run}, steps {verdict.first:,} to {verdict.last:,}"]
    if verdict.differences:
        lines += ["", "This machine is not the one recorded; equal bits are only promised where nothing differs:"]
        lines += [f"  {line}" for line in verdict.differences]
    lines += ["", "Compared: " + (", ".join(f"{number:,} {name}" for name, number in verdict.compared.items()) or "nothing")]
    lines += [f"Not verified: {line}" for line in verdict.unverifiable]
    if verdict.divergence is None:
        return "\n".join(
            [*lines, "", "Verified: all that was compared is as recorded." if verdict.compared else "Nothing to compare."]
        )
    found = verdict.divergence
    lines += ["", f"Diverged at step {found.step:,} ({found.kind}): {found.what}"]
    return "\n".join(lines + ([f"  {found.hint}"] if found.hint else []))
