"""The exact packages a run was trained with, as a requirements file that pip and uv install.

Format: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["requirements_of"]

INSTALLERS = frozenset({"pip", "setuptools"})
OWN = "retroml-"


def requirements_of(provenance: Mapping[str, Any]) -> str:
    """A line for each package of `provenance` (`provenance.json` of a run), "" when it names none.

    A build label such as that of torch's "+cpu" stays out, for package indexes hold one build of a version under its plain
    number; a comment names it. Retro ML's own packages are comments where the run was trained from a checkout, whose commit
    is named.
    """
    packages: Mapping[str, str] = provenance.get("packages", {})
    if not packages:
        return ""
    git = provenance.get("git") or {}
    head = [f"# Python {provenance.get('python', '?')}, {provenance.get('system', {}).get('os', 'system not known')}"]
    if git:
        changed = ", with changes that were not committed" if git.get("dirty") else ""
        head.append(f"# Retro ML at commit {git.get('commit')}{changed}")
    return "\n".join([*head, *_lines(packages, checkout=bool(git))]) + "\n"


def _lines(packages: Mapping[str, str], *, checkout: bool) -> Iterator[str]:
    for name, version in packages.items():
        if name in INSTALLERS:
            continue
        public, _, label = version.partition("+")
        left_out = "# " if checkout and name.startswith(OWN) else ""
        yield f"{left_out}{name}=={public}{f'  # the build +{label}' if label else ''}"
