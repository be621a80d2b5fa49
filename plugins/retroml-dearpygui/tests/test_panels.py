"""Panels of plugins, without a window."""

from __future__ import annotations

from types import SimpleNamespace

from retroml_dearpygui.ui.widgets.panels import REFRESH_SECONDS, Panels

from retroml_core.faults import Fault


def test_a_panel_that_missed_a_run_is_asked_again(desk):
    seen = []

    def refresh(run_id):
        seen.append(run_id)
        if run_id == "deleted":
            raise Fault("there is no run called deleted")

    panels = Panels(desk, SimpleNamespace(), "train.side")
    panels._refreshes["mine"] = SimpleNamespace(), refresh
    for run_id in ("deleted", "another"):
        panels.tick(REFRESH_SECONDS, run_id)
    assert seen == ["deleted", "another"]
