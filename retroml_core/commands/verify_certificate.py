"""The certificates of `retroml verify`: writing one of a verdict, and saying what one says."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.terminal.printing import print_json

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.verifying.certificates import Certificate
    from retroml_core.verifying.findings import Verdict

__all__ = ["certifying", "check"]

EXIT_GENUINE, EXIT_DOUBTFUL = 0, 1


def certifying(app: App, run: Run, path: Path) -> Callable[[Verdict], str]:
    """What writes the certificate of a verdict into `path` and says so; a sentence with the reason when it cannot be given.

    Everything it needs is there before a long verification begins: raises Fault when the folder or the key is not.
    """
    from retroml_core.verifying.certificates import in_the_way, issue
    from retroml_core.verifying.signing import key_name, own_signer

    if path.is_dir() or not path.absolute().parent.is_dir():
        raise Fault(f"--certificate {path}: name a file in a folder that exists")
    signer = own_signer()

    def write(verdict: Verdict) -> str:
        if why := in_the_way(verdict):
            return f"No certificate was written: {why}.\n"
        issue(app, run, verdict, signer, path)
        return f"Certificate: {path}, signed with your key {key_name(signer.public_key)}.\n"

    return write


def check(app: App, path: Path, *, as_json: bool) -> int:
    """Say whether the certificate in `path` is genuine, what it says, and whether the run, if it is here, is so.

    0 when nothing speaks against it, else 1. Raises Fault when there is no certificate in it.
    """
    from retroml_core.verifying.certificates import read_certificate
    from retroml_core.verifying.signing import is_own, key_name

    certificate = read_certificate(path)
    genuine, key = certificate.genuine, key_name(certificate.public_key)
    differences = _differences(app, certificate) if genuine else None
    if as_json:
        said = {"genuine": genuine, "key": key, "own_key": is_own(certificate.public_key), "differences": differences}
        print_json(said | {"statement": certificate.statement})
    elif genuine:
        whose = "your own" if is_own(certificate.public_key) else "not yours: ask its owner whether this is the name of the key"
        sys.stdout.write("\n".join([f"Genuine: signed with the key {key} ({whose})", *_page(certificate, differences)]) + "\n")
    else:
        sys.stdout.write(f"Not genuine: {path} is not as it was signed; nothing in it can be relied on\n")
    return EXIT_GENUINE if genuine and not differences else EXIT_DOUBTFUL


def _differences(app: App, certificate: Certificate) -> list[str] | None:
    """What is not as certified in the run it speaks of; None when that is not here."""
    from retroml_core.runs.run import Run
    from retroml_core.verifying.certificates import not_as_certified

    found = next((one for one in app.root.run_folders() if one.name == certificate.statement["run"]), None)
    return None if found is None else not_as_certified(app, Run(found), certificate)


def _page(certificate: Certificate, differences: list[str] | None) -> list[str]:
    said: dict[str, Any] = certificate.statement
    config, verified, chain = said["config"], said["verified"], said["chain"]
    compared = ", ".join(f"{number:,} {name}" for name, number in verified["compared"].items())
    lines = [
        "",
        f"  run       {said['run']}",
        f"  config    {said['config_hash']}: {config['game']}, {config['algorithm']['name']}, seed {config['seed']}",
        f"  verified  {said['made_at']}, steps {verified['first']:,} to {verified['last']:,}: {compared}",
    ]
    if chain is not None:
        lines.append(
            f"  chain     step {chain['step']:,}: play {chain['play'] or 'not recorded'}, parameters {chain['parameters']}"
        )
    lines += [f"  not verified: {line}" for line in verified["unverifiable"]]
    if differences is None:
        return [*lines, "", "The run is not in this data folder, so it was not looked at."]
    if not differences:
        return [*lines, "", "The run is here, and is as certified."]
    return [*lines, "", "The run is here, but not as certified:", *(f"  {line}" for line in differences)]
