"""The contract of algorithms as tests: subclass `AlgorithmContract` and let pytest tell you what is missing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from retroml_core.algorithm import Trainable
from retroml_core.params import param_info
from retroml_core.testing.algorithm_deciding import Deciding
from retroml_core.testing.algorithm_saving import Saving
from retroml_core.testing.algorithm_training import Training
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_declared, require_spec

if TYPE_CHECKING:
    from retroml_core.testing.algorithm_base import Make

__all__ = ["AlgorithmContract"]

TRAITS = {"learns", "deterministic", "replay", "probabilities", "values"}


class AlgorithmContract(Deciding, Training, Saving):
    """What every algorithm owes. Set `spec`; the rest has defaults.

    `settings` are values for fields of the config: choose ones that make an update quick. `game` is the shape of the tiny
    game it plays, `chunks` how many times `advance` is called before things are compared, `threads` how many it may learn with.
    """

    def test_the_spec_says_what_it_offers(self) -> None:
        """Name, title and summary are there, and the factory can be imported."""
        require_spec(self.spec)
        require(self.spec.state_version >= 1, "state_version starts at 1 and rises when the tree of `state` changes shape")
        unknown = sorted(self.spec.traits - TRAITS)
        require(not unknown, f"the traits {unknown} promise nothing: nobody asks for them; there are {sorted(TRAITS)}")

    def test_the_config_is_declared_once(self) -> None:
        """The config is a dataclass made by `param`, with a field `name`."""
        require_declared(self.spec.config, self.spec.name)

    def test_it_has_every_method(self, make: Make) -> None:
        """The object made by the factory has all methods of `Trainable`."""
        trainable = make()
        missing = [name for name in dir(Trainable) if not name.startswith("_") and not hasattr(trainable, name)]
        require(not missing, f"methods of retroml_core.algorithm.Trainable are missing: {missing}; subclass OnlineTrainable")
        live = [f.name for f in dataclasses.fields(self.spec.config) if (info := param_info(f)) is not None and info.live]
        require(not live or hasattr(trainable, "tune"), f"{live} are declared live=True: write tune(name, value)")
