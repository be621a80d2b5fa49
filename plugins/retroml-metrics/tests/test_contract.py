"""Every metric of the plugin keeps the contract of metrics."""

from retroml_metrics import retroml_metrics

from retroml_core.testing import MetricContract

SPECS = {spec.name: spec for spec in retroml_metrics()}


class TestStandard(MetricContract):
    spec = SPECS["standard"]


class TestAdvantages(MetricContract):
    spec = SPECS["advantages"]


class TestActions(MetricContract):
    spec = SPECS["actions"]
