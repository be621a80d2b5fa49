"""The pages made from the source are up to date, and the signatures of the hooks change only on purpose."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path

import pytest

from retroml_core import hookspecs
from retroml_core.plugins.manager import PluginManager

ROOT = Path(__file__).parents[2]

HOOKS = {
    "retroml_add_hooks": ("manager",),
    "retroml_startup": ("app",),
    "retroml_shutdown": ("app",),
    "retroml_config_package": (),
    "retroml_algorithms": (),
    "retroml_games": (),
    "retroml_environments": (),
    "retroml_metrics": (),
    "retroml_exporters": (),
    "retroml_video_renderers": (),
    "retroml_launchers": (),
    "retroml_stores": (),
    "retroml_commands": (),
    "retroml_check_config": ("app", "config"),
    "retroml_refuse_run": ("app", "config"),
    "retroml_data_root": ("app_name",),
    "retroml_name_film": ("run", "renderer"),
    "retroml_plugins_listed": ("plugins",),
    "retroml_run_started": ("run",),
    "retroml_checkpoint_saved": ("run", "checkpoint"),
    "retroml_film_saved": ("run", "film"),
    "retroml_run_finished": ("run", "outcome"),
}
"""What plugins rely on. Adding a line, or an argument to one, is compatible; anything else needs a new major version."""


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_up_to_date(generate):
    for path, text in generate.pages():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run python docs/generate.py"


def test_no_hook_changed_by_accident():
    specs = {name: hook.spec.argnames for name, hook in vars(PluginManager(discover=False).manager.hook).items()}
    assert specs == HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_what_it_is_for(name):
    assert len(inspect.getdoc(getattr(hookspecs, name))) > 20


@pytest.mark.parametrize(("name", "arguments"), HOOKS.items())
def test_the_page_has_every_hook_with_its_arguments(generate, name, arguments):
    assert f"\n### {name}({', '.join(arguments)})\n" in generate.hooks_page()


def test_the_page_says_which_answer_counts(generate):
    page = generate.hooks_page()
    section = page.partition("### retroml_refuse_run")[2].partition("### ")[0]
    assert "The first answer that is not None counts." in section


def test_the_page_of_settings_has_ranges_and_sources(generate, installed):
    page = generate.config_page(installed)
    assert "| `budget.minutes` | `null` | between 0 and 600000 min |" in page
    assert "## algorithm=ppo" in page
    assert "## environment=atari" in page
    assert "Source: " in page
