"""Every exporter of the plugin keeps the contract of exporters."""

from typing import ClassVar

from retroml_exporters import retroml_exporters

from retroml_core.testing import ExporterContract

SPECS = {spec.name: spec for spec in retroml_exporters()}


class TestCsv(ExporterContract):
    spec = SPECS["csv"]


class TestJson(ExporterContract):
    spec = SPECS["json"]


class TestPng(ExporterContract):
    spec = SPECS["png"]
    settings: ClassVar = {"dpi": 50}


class TestTensorBoard(ExporterContract):
    spec = SPECS["tensorboard"]


class TestConfig(ExporterContract):
    spec = SPECS["config"]
