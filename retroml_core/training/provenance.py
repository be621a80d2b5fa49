"""What a run ran on: the reproducibility key, written to `provenance.json` at the start of each attempt."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.training.devices import gpus, processor_name

if TYPE_CHECKING:
    from retroml_core.training.devices import Device

__all__ = ["differences", "gather", "here", "versions", "weighty"]

MATTERS = ("retroml-core", "retroml-atari", "retroml-tianshou", "ale-py", "torch", "tianshou", "numpy", "gymnasium")
"""Distributions that may change what training does; see `weighty`."""

VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG", "CUDA_VISIBLE_DEVICES", "PYTHONHASHSEED")


DIGITS = 12
"""So much of a digest is shown to people."""


def versions() -> dict[str, str]:
    """Every installed distribution and its exact version."""
    found = {}
    for distribution in metadata.distributions():
        about = distribution.metadata  # is read anew at each look
        if about["Name"]:
            found[about["Name"].lower()] = about["Version"]
    return dict(sorted(found.items()))


def weighty() -> list[str]:
    """The canonical names of what is installed and may change what training does: `MATTERS`, and plugins of others with what
    they need."""
    from packaging.utils import canonicalize_name

    from retroml_core.plugins.discovery import find_plugins

    found = dict.fromkeys(MATTERS)
    for plugin in find_plugins():
        if not plugin.first_party and plugin.entry.dist is not None:
            needs = filter(None, map(_needed, plugin.entry.dist.requires or ()))
            found |= dict.fromkeys([plugin.distribution, *map(canonicalize_name, needs)])
    return list(found)


def _needed(line: str) -> str:
    """The name of the distribution that a line of requirements asks for here; "" for none."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        need = Requirement(line)
    except InvalidRequirement:
        return ""
    return need.name if need.marker is None or need.marker.evaluate({"extra": ""}) else ""


def gather(
    *,
    device: Device,
    threads: int,
    config_hash: str,
    seed: int | None,
    attempt: int,
    plugin_files: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything about this process and machine that may change a result, and the `config` it trains with.

    `plugin_files` are those of the app.
    """
    return {
        "v": 2,
        "attempt": attempt,
        "packages": versions(),
        "plugin_files": dict(plugin_files or {}),
        "python": platform.python_version(),
        "system": {"os": platform.platform(), "machine": platform.machine(), "host": platform.node()},
        "cpu": {"name": processor_name(), "cores": os.cpu_count()},
        "threads": threads,
        "device": {"name": device.name, "title": device.title},
        "gpus": [{"name": gpu.name, "memory_bytes": gpu.memory_bytes, "driver": gpu.driver} for gpu in gpus()],
        "git": _git(Path(__file__).parents[2]),
        "environment_variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "command_line": sys.argv,
        "config_hash": config_hash,
        "config": dict(config or {}),
        "seed": seed,
    }


def here(device: Device, threads: int, plugin_files: Mapping[str, str]) -> dict[str, Any]:
    """Of `gather` what `differences` looks at, quickly."""
    found = {}
    for name in weighty():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return {
        "packages": found,
        "plugin_files": dict(plugin_files),
        "python": platform.python_version(),
        "cpu": {"name": processor_name()},
        "threads": threads,
        "device": {"name": device.name},
    }


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What may change results between two attempts, each as "what: before -> now"."""
    then, here = _packages(before), _packages(now)
    pairs: dict[str, tuple[Any, Any]] = {name: (then.get(name), here.get(name)) for name in weighty()}
    for key in ("python", "threads", "device"):
        pairs[key] = (_plain(before.get(key)), _plain(now.get(key)))
    pairs["cpu"] = (before.get("cpu", {}).get("name"), now.get("cpu", {}).get("name"))
    pairs |= _plugin_files(before, now)
    return [f"{name}: {old} -> {new}" for name, (old, new) in pairs.items() if old != new]


def _packages(made_on: Mapping[str, Any]) -> dict[str, str]:
    from packaging.utils import canonicalize_name

    return {canonicalize_name(name): version for name, version in made_on.get("packages", {}).items()}


def _plugin_files(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The beginnings of the digests then and now; of runs made before they were recorded nothing can be said."""
    if "plugin_files" not in before or "plugin_files" not in now:
        return {}
    then, here = before["plugin_files"], now["plugin_files"]
    return {
        f"plugin {name}.py": (then.get(name, "not there")[:DIGITS], here.get(name, "not there")[:DIGITS])
        for name in sorted(then.keys() | here.keys())
    }


def _plain(value: Any) -> Any:
    return value.get("name") if isinstance(value, Mapping) else value


def _git(checkout: Path) -> dict[str, Any] | None:
    """The commit of a checkout, whether it has changes, and their hash; None for a folder that is none.

    A folder inside a repository of something else, such as an environment in somebody's project, is none.
    """
    commit = _ask_git(checkout, "rev-parse", "HEAD") if (checkout / ".git").exists() else None
    if commit is None:
        return None
    difference = _ask_git(checkout, "diff", "HEAD") or b""
    dirty = bool(difference.strip())
    found: dict[str, Any] = {"commit": commit.decode().strip(), "dirty": dirty}
    return found | ({"diff_sha256": hashlib.sha256(difference).hexdigest()} if dirty else {})


def _ask_git(folder: Path, *words: str) -> bytes | None:
    try:
        answer = subprocess.run(["git", *words], cwd=folder, capture_output=True, timeout=5, check=False)  # noqa: S607  # on the path
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
