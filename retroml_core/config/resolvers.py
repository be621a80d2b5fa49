"""The functions YAML files may use, as `${retroml.gpu:nature,small}`.

retroml.default:KIND          the default algorithm, environment or game as far as their plugins are installed
retroml.offered:KIND,a,b      those of a, b that some plugin offers, as a list
retroml.for_game:USUAL,{pong:X,breakout:Y}
                              X for Pong, Y for Breakout, USUAL for every other game, whatever alias the run names it by
retroml.gpu:WITH,WITHOUT      the first where training will run on a GPU, else the second
retroml.measured:WHAT,GAME,ALGORITHM,NETWORK,DEVICE
                              the setting WHAT with which these were measured to train fastest on this machine
retroml.scratch:              a folder under the data root's cache for what Hydra itself writes
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from retroml_core.plugins.suggestions import UnknownName

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.plugins.registry import Registry

__all__ = ["default_of", "register_resolvers", "trains_on_gpu"]

_DEFAULTS = {"algorithm": ("ppo", "random"), "environment": ("atari", "catch"), "game": ("breakout", "catch")}


def register_resolvers(app: App) -> None:
    """Make the resolvers known to OmegaConf, answering for `app`."""

    def default(kind: str) -> str:
        return default_of(kind, app.registry)

    def offered(kind: str, *names: str) -> list[str]:
        return [name for name in names if name in app.registry.of(kind)]

    def for_game(usual: Any, games: Mapping[str, Any], *, _root_: DictConfig) -> Any:
        return games.get(canonical(str(_root_.get("game")), app.registry), usual)

    def gpu(with_gpu: str, without: str) -> str:
        return with_gpu if trains_on_gpu() else without

    def measured(what: str, game: str, algorithm: str, network: str, device: str) -> str | int:
        from retroml_core.training.measured import Subject, require

        subject = Subject(game=game, algorithm=algorithm, network=network, device=device)
        choice: str | int = getattr(require(app.root, subject).best, what)
        return choice

    def scratch() -> str:
        return str(app.root.cache / "hydra")

    for resolver in (default, offered, for_game, gpu, measured, scratch):
        OmegaConf.register_new_resolver(f"retroml.{resolver.__name__}", resolver, replace=True)


def default_of(kind: str, registry: Registry) -> str:
    """The algorithm, environment or game when none is asked for: the usual one, or the core's own without its plugin."""
    usual, fallback = _DEFAULTS[kind]
    return usual if usual in registry.of(kind) else fallback


def canonical(game: str, registry: Registry) -> str:
    """The game's own name for any of its aliases; what no plugin offers stays as it is."""
    try:
        return registry.game(game).name
    except UnknownName:
        return game


def trains_on_gpu() -> bool:
    """Whether there is an NVIDIA GPU and a torch that can use it. Imports no torch."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "all").strip() in ("", "-1"):
        return False
    from retroml_core.training.devices import probe

    return probe().device != "cpu"
