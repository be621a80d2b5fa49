"""Every metric of the plugin keeps the contract of metrics."""

import dataclasses
from typing import ClassVar

from retroml_metrics import retroml_metrics

from retroml_core.testing import MetricContract

SPECS = {spec.name: spec for spec in retroml_metrics()}


class TestStandard(MetricContract):
    spec = SPECS["standard"]


class TestAdvantages(MetricContract):
    spec = SPECS["advantages"]


class TestActions(MetricContract):
    spec = SPECS["actions"]


class TestCustom(MetricContract):
    spec = dataclasses.replace(SPECS["custom"], reports={"custom/win_rate": "", "custom/share": ""})
    settings: ClassVar = {"definitions": {"win_rate": "mean(score > 0)", "share": "time/collect_share / 2"}}
