"""`retroml verify ID`: whether a run is what it says it is; its play and its training are carried out again and compared.

With `--certificate FILE` the result is signed, and `--check FILE` reads such a file; see `verify_certificate`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.terminal.printing import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.verifying.findings import Verdict

__all__ = ["main"]

EXIT_VERIFIED, EXIT_DIVERGED = 0, 1


def main(app: App, argv: Sequence[str]) -> int:
    """Verify and print the verdict: 0 everything compared is as recorded, 1 it is not. Raises Fault for wrong use."""
    from retroml_core.commands.verify_certificate import certifying, check
    from retroml_core.runs.run import find_run
    from retroml_core.terminal.counting import counting
    from retroml_core.verifying.verification import Segment, verify_run

    asked = _parser().parse_args(argv)
    if (asked.check is None) == (asked.id is None):
        raise Fault("say either which run to verify, such as `retroml verify latest`, or --check and a certificate")
    if asked.check is not None:
        return check(app, asked.check, as_json=asked.json)
    first, last = _segment(asked)
    run = find_run(app, asked.id)
    certify = certifying(app, run, asked.certificate) if asked.certificate is not None else None
    with counting() as progress:
        verdict = verify_run(app, run, Segment(first=first, last=last, play_only=asked.play_only), progress)
    said = certify(verdict) if certify is not None else ""
    answer(verdict.as_dict(), _page(verdict), as_json=asked.json)
    sys.stderr.write(said)
    return EXIT_VERIFIED if verdict.ok else EXIT_DIVERGED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retroml verify",
        description="Play the tape of a run again, carry out its training again in a scratch folder, compare both with what "
        "was recorded, and name the first difference. It takes as long as the training did; a segment takes its share.",
        epilog="Exit codes: 0 everything compared is as recorded (the certificate is genuine, and the run as it says), "
        "1 something is not, 2 wrong use.",
    )
    parser.add_argument("id", nargs="?", help="the run: its id, a unique beginning of it, or latest")
    parser.add_argument("--segment", metavar="A:B", help="only from checkpoint (or step) A to B; either may be left out")
    parser.add_argument("--from", dest="first", type=_step, metavar="STEP", help="only from this checkpoint on")
    parser.add_argument("--to", dest="last", type=_step, metavar="STEP", help="only up to this step")
    parser.add_argument("--play-only", action="store_true", help="only play the tape again; do not train")
    parser.add_argument("--certificate", metavar="FILE", type=Path, help="write what was verified into FILE, signed")
    parser.add_argument("--check", metavar="FILE", type=Path, help="instead: is this certificate genuine, what does it say?")
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
