"""The contract of metrics as tests: subclass `MetricContract`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from retroml_core.environment import EpisodeEnd
from retroml_core.metrics import Metric, UpdateBatch
from retroml_core.plugins.spec_checks import resolve
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import METRIC_NAME, require_declared, require_spec
from retroml_core.tree import digest, load_tree, save_tree

if TYPE_CHECKING:
    from retroml_core import MetricSpec

__all__ = ["MetricContract", "sample_batch"]

ACTION_COUNT = 4
SAMPLES = 64


def sample_batch(update: int, *, full: bool = True) -> UpdateBatch:
    """Update `update` (from 1) of an invented training; without `full` the algorithm shows no samples and no game ended."""
    random = np.random.default_rng(update)
    names = ("values", "returns", "advantages", "rewards")
    samples: dict[str, Any] = {name: random.normal(size=SAMPLES).astype(np.float32) for name in names}
    samples["actions"] = random.integers(0, ACTION_COUNT, SAMPLES)
    for array in samples.values():
        array.flags.writeable = False
    episodes = tuple(
        EpisodeEnd(environment=i, number=2 * update + i, score=float(random.integers(0, 50)), length=30, first_step=0)
        for i in range(2)
    )
    return UpdateBatch(
        step=update * SAMPLES,
        update=update,
        seconds=update * 0.5,
        chunk_seconds=0.5,
        chunk_steps=SAMPLES,
        frames_per_step=4,
        action_count=ACTION_COUNT,
        metrics={"time/collect_share": 0.5} if full else {},
        episodes=episodes if full else (),
        samples=samples if full else {},
    )


class MetricContract:
    """What every metric owes. Set `spec`; `settings` are values for fields of its config."""

    spec: ClassVar[MetricSpec]
    settings: ClassVar[Mapping[str, Any]] = {}

    def make(self) -> Metric:
        """A fresh metric, made as the core makes it."""
        metric: Metric = resolve(self.spec.factory)(self.spec.config(**self.settings))
        return metric

    def test_the_spec_says_what_it_offers(self) -> None:
        """Name, title, summary, factory, and the names it reports."""
        require_spec(self.spec)
        require(self.spec.reports, "list in MetricSpec.reports every name that is reported, with its unit")
        odd = [name for name in self.spec.reports if not METRIC_NAME.fullmatch(name)]
        require(not odd, f"{odd}: use names like 'score/mean_100' (docs/metrics.md)")

    def test_the_config_is_declared_once(self) -> None:
        """The config is a dataclass made by `param`, with a field `name`."""
        require_declared(self.spec.config, self.spec.name)

    @pytest.mark.parametrize("shown", ["nothing", "all", "one and the same"])
    def test_it_reports_finite_numbers_under_known_names(self, shown: str) -> None:
        """Whatever the algorithm shows, also what never varies, names are those of the spec and values finite floats."""
        batch = sample_batch(1, full=shown != "nothing")
        if shown == "one and the same":
            batch = dataclasses.replace(batch, samples={name: np.zeros_like(array) for name, array in batch.samples.items()})
        with np.errstate(all="ignore"):
            told = self.make().on_update(batch)
        require(isinstance(told, Mapping), f"`on_update` must return a dict, an empty one for nothing, not {told!r}")
        for name, value in told.items():
            require(name in self.spec.reports, f"{name!r} is not in MetricSpec.reports: add it there with its unit")
            require(isinstance(value, float | int), f"{name} is a {type(value).__name__}: report a float")
            require(np.isfinite(value), f"{name} is {value}: leave it out when there is nothing to say")

    def test_it_has_something_to_say(self) -> None:
        """An update with everything in it is worth at least one number, the same to each fresh metric."""
        fresh = [dict(self.make().on_update(sample_batch(1))) for _ in range(2)]
        require(fresh[0], "`on_update` says nothing even when all samples are there")
        require(fresh[0] == fresh[1], "two metrics share their memory: make lists and dicts in `__init__`, not in the class")

    def test_histograms_count_in_bins_and_leave_the_state_alone(self) -> None:
        """Bins have a width, counts are whole numbers, and being asked or not changes nothing."""
        metric = self.make()
        metric.on_update(sample_batch(1))
        before = digest(metric.state())
        for name, found in metric.histograms(sample_batch(1)).items():
            require(found.low < found.high, f"histogram {name!r}: its bins have no width")
            whole = found.counts and all(isinstance(count, int) and count >= 0 for count in found.counts)
            require(whole, f"histogram {name!r}: counts must be whole numbers, one for each bin")
        require(digest(metric.state()) == before, "`histograms` changes the state: it is not asked after each update")

    def test_it_does_not_change_what_it_is_shown(self) -> None:
        """Samples are read only and shared; writing to them fails."""
        try:
            self.make().on_update(sample_batch(1))
        except ValueError as error:
            require("read-only" not in str(error), "`on_update` writes to the samples: copy what you change")
            raise

    def test_a_restored_metric_goes_on_exactly(self, tmp_path: Path) -> None:
        """What was seen before a pause counts afterwards."""
        one, two = self.make(), self.make()
        for update in range(1, 5):
            one.on_update(sample_batch(update))
        save_tree(one.state(), tmp_path / "metric")
        two.restore(load_tree(tmp_path / "metric"))
        same = dict(one.on_update(sample_batch(5))) == dict(two.on_update(sample_batch(5)))
        require(same, "after `restore` the numbers differ: put all memory into `state`")
        require(digest(one.state()) == digest(two.state()), "after `restore` the state differs: put all memory into `state`")
