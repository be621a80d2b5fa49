"""docs/metrics.md names everything the plugin reports, with its unit."""

from pathlib import Path

import pytest
from retroml_metrics.names import STANDARD

PAGE = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STANDARD)
def test_every_standard_name_is_explained_with_its_unit(name):
    (row,) = [
        line
        for line in PAGE.split("## `advantages`")[0].splitlines()
        if line.startswith("|") and f"`{name}`" in line.split("|")[1]
    ]
    assert row.split("|")[2].strip() == (STANDARD[name] or "–")
