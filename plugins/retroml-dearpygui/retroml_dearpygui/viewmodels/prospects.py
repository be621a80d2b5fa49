"""What the settings of a training may come to: networks with their sizes, presets with their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui.services.expectation import CAUTIOUS_STEPS_PER_SECOND
from retroml_dearpygui.viewmodels.preset_cards import PresetCard, Scores
from retroml_dearpygui.viewmodels.train_choices import PRESET_HOURS

if TYPE_CHECKING:
    from retroml_core.sizing import NetworkSize
    from retroml_dearpygui.services.reference import ReferenceLibrary
    from retroml_dearpygui.viewmodels.train import TrainViewModel

__all__ = ["NETWORK", "Prospects"]

NETWORK = "network.name"


class Prospects:
    """Of the settings of `train`, as they are whenever one asks."""

    def __init__(self, train: TrainViewModel, library: ReferenceLibrary) -> None:
        self._train = train
        self._library = library

    @property
    def networks(self) -> tuple[NetworkSize, ...]:
        """The networks to choose from, with how large they would be; none while that is not known."""
        known = self._train.expectation
        return known.sizes.networks if self._train.algorithm_spec.sizes and known is not None else ()

    @property
    def network(self) -> NetworkSize | None:
        """The network chosen, None while its size is not known."""
        form = self._train.form
        chosen = form.value(NETWORK) if NETWORK in form.fields else ""
        return next((network for network in self.networks if network.name == chosen), None)

    @property
    def presets(self) -> list[PresetCard]:
        """What each preset promises for this game and this algorithm."""
        scores, speed = self._scores, self._train.speed or CAUTIOUS_STEPS_PER_SECOND
        return [scores.card(name, hours, speed) for name, hours in PRESET_HOURS.items()]

    @property
    def scores(self) -> str:
        """The scores to expect in words, "" while nobody knows of how many steps."""
        known = self._train.expectation
        return "" if known is None else self._scores.words(known.steps)

    @property
    def _scores(self) -> Scores:
        return Scores(self._library, self._train.game_spec, self._train.algorithm_spec)
