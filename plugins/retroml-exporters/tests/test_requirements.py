"""The packages of a run as a requirements file."""

import pytest
from packaging.requirements import Requirement
from retroml_exporters.requirements import requirements_of

from retroml_core.training.provenance import versions

PROVENANCE = {
    "python": "3.11.7",
    "system": {"os": "Linux"},
    "packages": {"numpy": "2.4.6", "pip": "23.2.1", "retroml-core": "0.1.0", "torch": "2.13.0+cpu"},
}


def asked(text):
    return [str(Requirement(line.partition("#")[0].strip())) for line in text.splitlines() if not line.startswith("#")]


def test_every_package_is_pinned_but_those_that_install():
    assert asked(requirements_of(PROVENANCE)) == ["numpy==2.4.6", "retroml-core==0.1.0", "torch==2.13.0"]


def test_the_build_is_named_in_a_comment():
    assert "torch==2.13.0  # the build +cpu\n" in requirements_of(PROVENANCE)


@pytest.mark.parametrize(("dirty", "words"), [(False, "at commit abc\n"), (True, "abc, with changes")])
def test_packages_of_a_checkout_are_told_by_its_commit(dirty, words):
    text = requirements_of(PROVENANCE | {"git": {"commit": "abc", "dirty": dirty}})
    assert words in text
    assert asked(text) == ["numpy==2.4.6", "torch==2.13.0"]


def test_no_packages_no_file():
    assert requirements_of({}) == ""


def test_what_is_installed_here_can_be_read_back():
    assert len(asked(requirements_of({"packages": versions()}))) > 20
