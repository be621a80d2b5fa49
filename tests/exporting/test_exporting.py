"""The base of exporters, and how the app makes one by name."""

import dataclasses

import pytest

from retroml_core.exporting import Exporter, ExportError, LiveExporter, make_exporter
from retroml_core.plugins.suggestions import UnknownName


def test_an_exporter_is_made_with_the_units_of_all_metrics(app):
    assert make_exporter(app, "note").units == {"a/b": "apples"}


def test_an_exporter_knows_the_units_of_algorithms_too(app, monkeypatch):
    spec = dataclasses.replace(app.registry.algorithms["random"], reports={"policy/entropy": "nats"})
    monkeypatch.setitem(app.registry.algorithms, "random", spec)
    assert make_exporter(app, "note").units["policy/entropy"] == "nats"


def test_an_exporter_is_made_with_its_default_settings(app):
    assert make_exporter(app, "note").config.name == "note"


def test_an_unknown_exporter_is_answered_with_what_there_is(app):
    with pytest.raises(UnknownName, match="note"):
        make_exporter(app, "notes")


def test_the_base_exports_nothing(tmp_path):
    with pytest.raises(ExportError, match="does not export finished runs"):
        Exporter().export([], tmp_path)


def test_the_base_follows_nothing(runs):
    assert Exporter().follow(runs[0], None) is None


def test_closing_a_live_exporter_is_optional():
    assert LiveExporter().close() is None


def test_the_base_knows_no_units():
    assert dict(Exporter().units) == {}
