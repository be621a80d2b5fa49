"""The settings: where data lies, how much the app shows and how it looks, what is kept, which plugins there are."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.index import RunFilter, RunRow
from retroml_core.services import ExperimentService, StorageReport, StorageService
from retroml_core.services.films import FilmService
from retroml_dearpygui import offers
from retroml_dearpygui.desk import Kind, Question
from retroml_dearpygui.services.opening import open_file
from retroml_dearpygui.services.pickers import pick_folder
from retroml_dearpygui.services.retention import Rule, outdated
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.services.storage import FolderReport, check_folder, choose_root, fixed_by, switch_plugin
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.trash import Trash
from retroml_dearpygui.viewmodels.wording import several, size

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginInfo
    from retroml_dearpygui.desk import Desk

__all__ = ["DEVICES", "SCALES", "UPDATES", "About", "SettingsViewModel"]

UPDATES = (1.0, 2.0, 5.0, 10.0)
DEVICES = (("auto", "Automatic"), ("cpu", "Processor"), ("cuda", "Graphics card"))
SCALES = (0.0, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
NAME = "settings"
BUILTIN, OWN = "builtin", "dearpygui"
MOST_DAYS, MOST_RUNS = 3650, 100_000


@dataclass(frozen=True)
class About:
    """A part of the app: its name, version and licence."""

    name: str
    version: str
    licence: str


class SettingsViewModel(ViewModel):
    """`storage` is what lies under the data folder, None until counted; `folder_problem` what is wrong with a folder typed.

    `outdated` are the runs that the rule would let go of, None until it was tried; `switched` are plugins by name that were
    switched on or off since the start.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.storage: StorageReport | None = None
        self.folder = str(desk.app.root.path)
        self.folder_problem = self.folder_note = ""
        self.fixed_by = fixed_by()
        kept = desk.settings.recall(NAME)
        self.rule = Rule(days=_within(kept.get("days"), 30, MOST_DAYS), runs=_within(kept.get("runs"), 50, MOST_RUNS))
        self.outdated: list[RunRow] | None = None
        self.trash = Trash(desk, restored=self.refresh)
        self.about: list[About] = []
        self.switched: dict[str, bool] = {}

    # --- what the app shows ---------------------------------------------------------------------------------------------

    @property
    def modes(self) -> list[tuple[str, str]]:
        """The modes as (number, title)."""
        return [(str(int(mode)), mode.title) for mode in Mode]

    @property
    def looks(self) -> list[tuple[str, str]]:
        """The looks as (name, title)."""
        return [(spec.name, spec.title) for spec in offers.themes(self.desk.app.plugins)]

    @property
    def scales(self) -> list[tuple[float, str]]:
        """The sizes to choose from."""
        return [(scale, f"{scale:.0%}" if scale else "As the screen") for scale in SCALES]

    def set_mode(self, mode: int) -> None:
        """Show more or less; nothing that is hidden is lost."""
        if mode != self.desk.settings.now.mode:
            self._restyled(mode=mode)

    def set_look(self, name: str) -> None:
        """Change colours."""
        if name != self.desk.settings.now.theme:
            self._restyled(theme=name)

    def set_scale(self, scale: float) -> None:
        """Change the size of text and pictures."""
        if scale != self.desk.settings.now.scale:
            self._restyled(scale=scale)

    def set_notify(self, notify: bool) -> None:
        """Tell the desktop when a training ends, or not."""
        self.desk.settings.set(notify=notify)
        self.changed()

    def set_update_seconds(self, seconds: float) -> None:
        """Read the curves of a training anew so often."""
        self.desk.settings.set(update_seconds=seconds)
        self.changed()

    def set_device(self, device: str) -> None:
        """Have the networks of new trainings run there."""
        self.desk.settings.set(device=device)
        self.changed()

    def reset_layout(self) -> None:
        """Columns, widths of panels and folded sections as at the first start; it can be undone."""
        undo = self.desk.layout.reset()

        def back() -> None:
            undo()
            self._restyled()

        self._restyled()
        self.desk.post(lambda: self.desk.toast("Layout reset", "Columns, panels and sections are as at first.", Kind.OK, back))

    # --- data -----------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Count anew what lies under the data folder, and read what there is to know of the app."""
        self.desk.background(StorageService(self.desk.app).report, self._counted, self._uncounted)
        self.trash.refresh()
        if not self.about:
            self.desk.background(_parts, self._read_about)

    def browse(self) -> None:
        """Choose a folder in a dialog of the system."""
        start = Path(self.folder) if self.folder else self.desk.app.root.path
        self.desk.background(lambda: pick_folder("Choose the data folder", start), self._picked)

    def set_folder(self, text: str) -> None:
        """Check the folder typed and, when it is good, use it from the next start on."""
        self.folder = text
        self.folder_problem = self.folder_note = ""
        if self.fixed_by:
            self.folder_problem = f"It is set by {self.fixed_by}; change or remove that."
            self.changed()
            return
        self.desk.background(lambda: self._choose(text), self._chosen, self._refused)

    def open_folder(self) -> None:
        """Show the data folder in the file manager."""
        path = self.desk.app.root.path
        self.desk.background(lambda: open_file(path))

    def empty_trash(self) -> None:
        """Delete for good what lies in the trash, after asking."""
        if self.storage is not None:
            text = f"{size(self.storage.trash)} are freed. What lies there cannot be taken back afterwards."
            self.desk.ask(Question("Empty the trash?", text, "Delete for good", self._empty))

    # --- retention ------------------------------------------------------------------------------------------------------

    def set_rule(self, *, days: int | None = None, runs: int | None = None) -> None:
        """Change the rule; nothing is deleted by that."""
        self.rule = Rule(days=_within(days, self.rule.days, MOST_DAYS), runs=_within(runs, self.rule.runs, MOST_RUNS))
        self.desk.settings.remember(NAME, days=self.rule.days, runs=self.rule.runs)
        self.outdated = None
        self.changed()

    def preview(self) -> None:
        """Find what the rule would let go of."""
        self.desk.background(self._find_outdated, self._previewed)

    def tidy(self) -> None:
        """Move what the preview shows to the trash, after asking; it can be undone."""
        rows = self.outdated or []
        if rows:
            text = "They go to the trash, from where they can be taken back until it is emptied."
            ids = [row.id for row in rows]
            self.desk.ask(Question(f"Delete {several(len(rows), 'run')}?", text, "Delete", lambda: self._tidy(ids)))

    # --- plugins --------------------------------------------------------------------------------------------------------

    @property
    def plugins(self) -> list[PluginInfo]:
        """All plugins with what is wrong with them."""
        return self.desk.app.plugins.plugins()

    def can_switch(self, name: str) -> bool:
        """Whether a plugin can be switched off: not what the app itself is made of."""
        return name not in (BUILTIN, OWN)

    def is_on(self, plugin: PluginInfo) -> bool:
        """Whether a plugin is loaded at the next start."""
        return self.switched.get(plugin.name, plugin.enabled or bool(plugin.failures))

    def switch(self, name: str, on: bool) -> None:
        """Load a plugin from the next start on, or not."""

        def done(_: None) -> None:
            self.switched[name] = on
            self.changed()
            self.desk.toast(f"{name} is {'on' if on else 'off'}", "It counts when the app is opened again.", Kind.OK)

        self.desk.background(lambda: switch_plugin(name, on), done)

    def copy_report(self) -> None:
        """Put versions and failures on the clipboard, for a bug report."""
        lines = [f"{part.name} {part.version}" for part in self.about]
        lines += [str(failure) for failure in self.desk.app.plugins.failures]
        self.desk.copy("\n".join(lines), "Versions and failures")

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _restyled(self, **changes: object) -> None:
        self.desk.settings.set(**changes)
        self.changed()
        self.desk.front.restyle()

    def _counted(self, report: StorageReport) -> None:
        self.storage = report
        self.changed()

    def _uncounted(self, error: Exception) -> None:
        self.storage = None
        self.folder_problem = f"The data folder cannot be read: {error}"
        self.changed()

    def _picked(self, path: Path | None) -> None:
        if path is not None:
            self.set_folder(str(path))

    def _choose(self, text: str) -> FolderReport:
        report = check_folder(text)
        choose_root(report.path)
        return report

    def _chosen(self, report: FolderReport) -> None:
        self.folder = str(report.path)
        same = report.path == self.desk.app.root.path
        when = "It is in use." if same else "It is used when the app is opened again; what lies in the old folder stays there."
        self.folder_note = f"{size(report.free)} free. {when} {report.warning}".strip()
        self.changed()

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, (Fault, OSError)):
            self.desk.fail(error)
        self.folder_problem = str(error)
        self.changed()

    def _empty(self) -> None:
        def done(freed: int) -> None:
            self.desk.toast("Trash emptied", f"{size(freed)} freed", Kind.OK)
            self.refresh()

        app = self.desk.app
        self.desk.background(lambda: StorageService(app).empty_trash() + FilmService(app).empty_trash(), done)

    def _find_outdated(self) -> list[RunRow]:
        experiments = ExperimentService(self.desk.app)
        experiments.sync()
        return outdated(experiments.list(RunFilter(limit=None)), self.rule, time.time() * 1000)

    def _previewed(self, rows: list[RunRow]) -> None:
        self.outdated = rows
        self.changed()

    def _tidy(self, ids: list[str]) -> None:
        commands, experiments = RunCommands(self.desk.app), ExperimentService(self.desk.app)

        def done(outcome: tuple[list[str], list[str]]) -> None:
            good, faults = outcome
            restore = partial(commands.each, good, experiments.restore)
            undo = partial(self.desk.background, restore, lambda _: self.preview())
            self.desk.toast(f"{several(len(good), 'run')} deleted", faults[0] if faults else "", Kind.OK, undo)
            self.preview()
            self.refresh()

        self.desk.background(lambda: commands.each(ids, experiments.delete), done)

    def _read_about(self, parts: list[About]) -> None:
        self.about = parts
        self.changed()


def _within(value: object, usual: int, most: int) -> int:
    """`value` as a whole number from 0 to `most`; `usual` when it is none."""
    return min(max(value, 0), most) if isinstance(value, int) and not isinstance(value, bool) else usual


def _parts() -> list[About]:
    """The distributions of this project and the libraries that matter, with version and licence."""
    from importlib import metadata

    own = sorted({d.name for d in metadata.distributions() if d.name and d.name.startswith("retroml-")})
    found = []
    for name in [*own, "dearpygui", "av", "ale-py", "tianshou", "torch", "numpy", "hydra-core", "sqlalchemy", "pluggy"]:
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        licence = about["License-Expression"] or about["License"] or ""
        classifiers = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or () if one.startswith("License ::")]
        found.append(About(name, about["Version"], (licence.splitlines() or classifiers or ["?"])[0][:60]))
    return found
