"""What the plugin offers, and that offering it is light."""

import dataclasses
import os
import subprocess
import sys

import pytest
from retroml_tianshou import retroml_algorithms, retroml_startup

from retroml_core.params import param_info

PARAMS = [
    (spec.name, field.name, param_info(field))
    for spec in retroml_algorithms()
    for field in dataclasses.fields(spec.config)
    if field.name != "name"
]


def test_offering_imports_neither_torch_nor_tianshou():
    code = "import sys, retroml_tianshou as p; list(p.retroml_algorithms()); print({'torch', 'tianshou'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.parametrize(("algorithm", "name", "info"), PARAMS)
def test_every_setting_says_what_it_does(algorithm, name, info):
    assert len(info.help) >= 40
    assert info.help.endswith(".")


@pytest.mark.parametrize(("algorithm", "name", "info"), [entry for entry in PARAMS if isinstance(entry[2].ge, int | float)])
def test_every_number_has_limits(algorithm, name, info):
    assert info.ge < info.le


@pytest.mark.parametrize("spec", retroml_algorithms(), ids=lambda spec: spec.name)
def test_an_algorithm_with_a_replay_says_so(spec):
    kept = {field.name for field in dataclasses.fields(spec.config)} >= {"replay_size", "replay_storage"}
    assert ("replay" in spec.traits) == kept == (spec.family == "off-policy")


def test_what_may_change_while_training_is_declared():
    assert {name for _, name, info in PARAMS if info.live} == {"learning_rate", "clip_range", "entropy_coefficient"}


def test_tuned_defaults_name_their_source():
    untold = {name for _, name, info in PARAMS if not info.source}
    assert untold == {"precision", "replay_storage", "replay_folder", "report_steps", "learning_starts_share"}


def test_idle_threads_sleep_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    retroml_startup()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    retroml_startup()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
