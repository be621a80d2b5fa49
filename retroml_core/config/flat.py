"""The flat form of a config, for exchange with tools that know only this:

    id, game ("BreakoutNoFrameskip-v4"), duration_hours, preset, created_at, status,
    algorithm ("PPO"), hyperparameters {learning_rate, gamma ...}, seed, advanced {network_arch, frame_stack}

The second line came later: without it the algorithm is PPO with its defaults. Two of its words mean something else here:
`batch_size` of PPO is the size of a minibatch (ours is their number), `frame_stack` is the environment's `stack`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from retroml_core.config.errors import ConfigError

if TYPE_CHECKING:
    from retroml_core.plugins.registry import Registry

__all__ = ["FLAT_KEYS", "from_flat", "is_flat", "to_flat"]

FLAT_KEYS = (
    "id",
    "game",
    "duration_hours",
    "preset",
    "created_at",
    "status",
    "algorithm",
    "hyperparameters",
    "seed",
    "advanced",
)

_MARKS = ("duration_hours", "hyperparameters", "advanced", "status")
_PPO_ROLLOUT = {"environments": 8, "rollout_steps": 128}


def is_flat(tree: Mapping[str, Any]) -> bool:
    """Whether `tree` is a config in the flat form."""
    return any(mark in tree for mark in _MARKS) or isinstance(tree.get("algorithm"), str)


def from_flat(flat: Mapping[str, Any]) -> dict[str, Any]:
    """The tree (version 1) of a flat config; its status is not taken over. Raises ConfigError for what is no flat config."""
    if unknown := [key for key in flat if key not in FLAT_KEYS]:
        raise ConfigError(f"not a flat config: it has {', '.join(unknown)}; its keys are {', '.join(FLAT_KEYS)}")
    advanced = _mapping(flat, "advanced")
    tree: dict[str, Any] = {key: flat[key] for key in ("id", "game", "preset", "seed") if flat.get(key) is not None}
    tree["created_at"] = str(flat.get("created_at", ""))
    name = str(flat.get("algorithm", "PPO")).lower()
    tree["algorithm"] = {"name": name, **_hyperparameters(name, _mapping(flat, "hyperparameters"))}
    tree["budget"] = {"hours": flat.get("duration_hours")}
    tree["network"] = _network(advanced.pop("network_arch", None))
    if "frame_stack" in advanced:
        advanced["stack"] = advanced.pop("frame_stack")
    tree["environment"] = advanced
    return tree


def _hyperparameters(algorithm: str, given: dict[str, Any]) -> dict[str, Any]:
    if algorithm != "ppo" or "batch_size" not in given:
        return given
    batch_size = given.pop("batch_size")
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ConfigError(f"hyperparameters.batch_size={batch_size!r}: must be a whole number from 1")
    rollout = _PPO_ROLLOUT | given
    samples = rollout["environments"] * rollout["rollout_steps"]
    return {"minibatches": max(1, samples // batch_size), **given}


def _mapping(flat: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = flat.get(key) or {}
    if not isinstance(value, Mapping):
        raise ConfigError(f"{key}: must be an object, not {value!r}")
    return dict(value)


def _network(arch: Any) -> dict[str, Any]:
    if arch is None:
        return {}
    return {"name": arch} if isinstance(arch, str) else {"hidden": arch}


def to_flat(tree: Mapping[str, Any], status: str, registry: Registry) -> dict[str, Any]:
    """The flat form of a tree (version 1) whose run is in state `status`; what the form has no place for is left out.

    The game is written as Gymnasium's name of it, where there is one.
    """
    hyperparameters, environment, network = dict(tree["algorithm"]), tree["environment"], tree["network"]
    algorithm = hyperparameters.pop("name")
    if algorithm == "ppo":
        samples = hyperparameters["environments"] * hyperparameters["rollout_steps"]
        hyperparameters["batch_size"] = samples // hyperparameters["minibatches"]
    advanced: dict[str, Any] = {"network_arch": network.get("hidden") or network["name"]}
    if "stack" in environment:
        advanced["frame_stack"] = environment["stack"]
    return {
        "id": tree["id"],
        "game": _gymnasium_name(tree["game"], registry),
        "duration_hours": _hours(tree["budget"]),
        "preset": tree["preset"],
        "created_at": tree["created_at"],
        "status": status,
        "algorithm": algorithm.upper(),
        "hyperparameters": hyperparameters,
        "seed": tree["seed"],
        "advanced": advanced,
    }


def _gymnasium_name(game: str, registry: Registry) -> str:
    spec = registry.games.get(game)
    names = [alias for alias in spec.aliases if alias.endswith("NoFrameskip-v4")] if spec else []
    return names[0] if names else game


def _hours(budget: Mapping[str, Any]) -> float | None:
    from retroml_core.schema import Budget

    seconds = Budget(**budget).limit_seconds()
    return None if seconds is None else seconds / 3600
