"""Writes the pages that are made from the source: `python docs/generate.py`. A test fails when they are out of date.

hooks.md    from `retroml_core/hookspecs.py`
specs.md    from `retroml_core/specs.py`
config.md   from what every setting says about itself
help.md     from the help inside the desktop app
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_dearpygui.builtin import TOPICS

from retroml_core import hookspecs, specs
from retroml_core.app import App
from retroml_core.config.folders import options
from retroml_core.config.settings import Setting, core_settings, settings_of

if TYPE_CHECKING:
    from retroml_dearpygui.specs import TopicSpec

    from retroml_core.specs import AlgorithmSpec, EnvironmentSpec

DOCS = Path(__file__).parent

_GROUPS = {
    "start": "Called once, while the app starts or ends.",
    "offers": "Return an iterable of frozen specs (`retroml_core.specs`). Called once; must be light: import nothing heavy.",
    "decisions": "Asked before something happens.",
    "moments": "Told after something happened; return nothing. A plugin that fails in one hears no more of that run.",
}

_HOOKS_INTRO = """\
# Hooks

A plugin is an installed distribution with an entry point in the group `retroml`. The entry point names a module or an object;
each function there that is marked with `retroml_core.hookimpl` and has the name of a hook is called. Name only the arguments
you want. [A first plugin](plugins/first.md) shows how.

A hook that fails, a hook that does not exist and a spec with a fault leave a line in `retroml plugins`, and the app goes on.
`RETROML_TRACE_HOOKS=1` prints every call, `RETROML_DISABLE_PLUGINS=a,b` leaves plugins out, `--safe` all but those of this
project. This keeps faults apart; it is no protection from malice.

Hooks follow the version of the core (SemVer): declare `retroml-core>=X.Y,<X+1`. New hooks, new arguments and new fields of
specs are compatible; what is to go is announced two minor versions before. No hook is called while a step is taken: what must
see every update is a metric.
"""

_SPECS_INTRO = """\
# Specs

What [hooks](hooks.md) return: frozen, keyword-only dataclasses of `retroml_core`, light to import. A `factory` is
`"module:attribute"` and imported on first use. A field without a default must be given; new ones always come with one.
"""

_CONFIG_INTRO = """\
# Settings

Every setting can be given on the command line as `key=value`, in a YAML file, and in the app. A value outside the allowed range
is refused, one outside the usual range only remarked upon. `retroml help all` prints this page for what is installed.
"""

_HELP_INTRO = """\
# Help of the desktop app

What the app shows at F1, where it also says how this machine is. [The desktop app](desktop.md) tells what its pages are for.
"""

_HELP_MORE = {
    "keyboard": "[The desktop app](desktop.md#keyboard) lists the keys.\n",
    "hyperparameters": "[Settings](config.md) lists every one of them, with what is allowed and usual.\n",
    "troubleshooting": "### This machine\n\nThe app lists here what `retroml doctor` finds.\n",
}
"""What stands on this page instead of what the app makes of the machine and the plugins at hand, by topic."""


def hooks_page() -> str:
    """docs/hooks.md."""
    source = Path(hookspecs.__file__).read_text(encoding="utf-8")
    lines = source.splitlines()
    parts = [_HOOKS_INTRO]
    group = ""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        above = "\n".join(lines[: node.lineno])
        now = re.findall(r"^# --- (\w+) -+$", above, re.MULTILINE)[-1]
        if now != group:
            group = now
            parts.append(f"## {group.capitalize()}\n\n{_GROUPS[group]}\n")
        parts.append(_hook(node))
    return "\n".join(parts)


def _hook(node: ast.FunctionDef) -> str:
    arguments = ", ".join(argument.arg for argument in node.args.args)
    signature = f"def {node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else 'None'}"
    first = ["The first answer that is not None counts."] if "firstresult" in ast.unparse(node.decorator_list[0]) else []
    paragraphs = [f"### {node.name}({arguments})", f"```python\n{signature}\n```", ast.get_docstring(node) or "", *first]
    return "\n\n".join(paragraphs) + "\n"


def specs_page() -> str:
    """docs/specs.md."""
    nodes = ast.parse(Path(specs.__file__).read_text(encoding="utf-8")).body
    return "\n".join([_SPECS_INTRO, *(_spec(node) for node in nodes if isinstance(node, ast.ClassDef))])


def _spec(node: ast.ClassDef) -> str:
    bases = ", ".join(map(ast.unparse, node.bases))
    fields = [_field(part) for part in node.body if isinstance(part, ast.AnnAssign)]
    values = [f"`{ast.unparse(part.value)}`" for part in node.body if isinstance(part, ast.Assign)]
    table = "| field | type | default |\n|---|---|---|\n" + "".join(fields) if fields else f"One of {', '.join(values)}.\n"
    head = f"## {node.name}{f'({bases})' if bases.endswith('Spec') else ''}"
    return "\n\n".join([head, ast.get_docstring(node) or "", table])


def _field(node: ast.AnnAssign) -> str:
    value = "" if node.value is None else ast.unparse(node.value)
    default = re.sub(r"dataclasses\.field\(default_factory=(\w+)\)", r"\1()", value)
    cells = (ast.unparse(node.target), ast.unparse(node.annotation), default)
    return "| " + " | ".join(f"`{cell}`".replace("|", "\\|") if cell else "" for cell in cells) + " |\n"


def config_page(app: App) -> str:
    """docs/config.md, for the plugins of `app`."""
    groups = options(app.plugins, app.registry)
    choices = [f"| `{'+' if group == 'experiment' else ''}{group}=` | {', '.join(names)} |" for group, names in groups.items()]
    parts = [
        _CONFIG_INTRO,
        "## Choices\n\n| group | options |\n|---|---|\n" + "\n".join(choices) + "\n",
        "## Every run\n\n" + _table(core_settings()),
    ]
    parts += [_part("algorithm", spec) for _, spec in sorted(app.registry.algorithms.items())]
    parts += [_part("environment", spec) for _, spec in sorted(app.registry.environments.items())]
    of_exporters = [s for spec in app.registry.exporters.values() for s in settings_of(spec.config, f"{spec.name}.")]
    parts.append(f"## Exporters\n\nGiven as `retroml export --set png.dpi=150`.\n\n{_table(of_exporters)}")
    return "\n".join(parts)


def _part(kind: str, spec: AlgorithmSpec | EnvironmentSpec) -> str:
    return f"## {kind}={spec.name}\n\n{spec.summary}\n\n{_table(settings_of(spec.config, f'{kind}.'))}"


def _table(settings: Iterable[Setting]) -> str:
    return "| setting | default | allowed | usual | meaning |\n|---|---|---|---|---|\n" + "".join(map(_row, settings))


def _row(setting: Setting) -> str:
    default = f"`{setting.default_text}`" if setting.default_text else ""
    meaning = setting.info.help + (f" Source: {setting.info.source}." if setting.info.source else "")
    cells = (f"`{setting.key}`", default, setting.allowed, setting.usual, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def help_page() -> str:
    """docs/help.md: the topics of the help, in order, with their links on this page."""
    return "\n".join([_HELP_INTRO, *(_topic(spec) for spec in sorted(TOPICS, key=lambda spec: spec.order))])


def _topic(spec: TopicSpec) -> str:
    bundled = resources.files("retroml_dearpygui").joinpath(f"help/{spec.name}.md").read_text(encoding="utf-8")
    text = re.sub(r"^(#+ )", r"#\1", bundled.removesuffix("## What can be set\n"), flags=re.MULTILINE)
    text = re.sub(r"\]\(topic:(\w+)\)", lambda link: f"](#{_anchor(link[1])})", text)
    text = re.sub(r"\]\(page:\w+\)", "](desktop.md)", text)
    more = _HELP_MORE.get(spec.name, "")
    return "\n".join(filter(None, [f"## {spec.title}\n\n*{spec.summary}*\n", f"{text.rstrip()}\n", more]))


def _anchor(name: str) -> str:
    """The anchor of the headline of a topic, as the site makes it."""
    title = next(spec.title for spec in TOPICS if spec.name == name)
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower())


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with what it should hold."""
    with App.open(safe=True) as app:
        yield DOCS / "hooks.md", hooks_page()
        yield DOCS / "specs.md", specs_page()
        yield DOCS / "config.md", config_page(app)
        yield DOCS / "help.md", help_page()


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8", newline="\n")
