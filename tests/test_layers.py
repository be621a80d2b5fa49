"""Who may import whom, and what stays light. The rules are the contracts of import-linter in `pyproject.toml`."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PACKAGES = {path.name for path in ROOT.glob("plugins/*/retroml_*") if path.is_dir()}
HEAVY = {"torch", "tianshou", "ale_py", "gymnasium", "av", "PIL", "matplotlib", "tensorboard", "sqlalchemy", "alembic", "numba"}


def _imported_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after `code`."""
    code += "\nimport sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_contracts_hold(tmp_path):
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_know_every_plugin():
    assert set(RULES["root_packages"]) == {"retroml_core", *PACKAGES}


@pytest.mark.parametrize("name", ["The core imports no plugin", "Plugins do not import each other"])
def test_a_contract_about_plugins_lists_them_all(name):
    (contract,) = [contract for contract in RULES["contracts"] if contract["name"] == name]
    assert set(contract.get("forbidden_modules", []) + contract.get("modules", [])) == PACKAGES


def test_the_core_imports_nothing_heavy():
    assert not _imported_by("import retroml_core") & (HEAVY | {"numpy", "hydra", "rich", "psutil"})


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_plugin_is_light_at_the_door(package):
    assert not _imported_by(f"import {package}") & HEAVY


def test_listing_everything_imports_nothing_heavy(home):
    listed = "from retroml_core.cli import main\nfor words in (['--help'], ['plugins'], ['games'], ['algorithms']): main(words)"
    assert not _imported_by(listed) & HEAVY
