"""Command lines with flags of Hydra: `--multirun`, `--cfg`, `--info` ... Each job of a multirun is a run of its own.

The jobs of one multirun share a `group`. A job that fails does not keep the others from their turn; the exit code tells.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from retroml_core.config.composing import ConfigError, compose, connect, with_environment
from retroml_core.config.folders import core_conf
from retroml_core.config.spelling import readable, spelled
from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.terminal.printing import print_json
from retroml_core.terminal.progress import follow
from retroml_core.terminal.start import Manner, begin, preview, start
from retroml_core.terminal.sweeping import fault_of, jobs_of, split_flags

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["Job", "Jobs", "run_hydra"]

EXIT_WRONG_USE = 2
COUNTING_SWEEPER = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
"""Hydra's own, which does nothing about a job that failed but talk of tracebacks."""


@dataclass
class Job:
    """One job: its overrides, the id of its run ("" when none was made), its exit code, what went wrong."""

    overrides: str
    run_id: str = ""
    code: int = EXIT_WRONG_USE
    fault: str = ""


@dataclass
class Jobs:
    """Hydra's task: called once for every job, in turn."""

    app: App
    group: str
    manner: Manner
    previews: list[dict[str, Any]] = field(default_factory=list)
    done: list[Job] = field(default_factory=list)

    def __call__(self, composed: DictConfig) -> float | None:
        """Run one job; its mean score, for sweepers that optimise. Raises ConfigError for those to note a job that failed."""
        context = HydraConfig.get()
        overrides = list(context.overrides.task)
        job = Job(" ".join(overrides))
        self.done.append(job)
        try:
            config = compose(self.app, overrides)
            if context.mode == RunMode.MULTIRUN and not config.group:
                config = dataclasses.replace(config, group=self.group)
            return self._carry_out(job, config)
        except Fault as fault:
            job.fault = str(fault)
            if context.mode == RunMode.MULTIRUN and context.sweeper["_target_"] != COUNTING_SWEEPER:
                raise ConfigError(job.fault) from fault
            return None

    def _carry_out(self, job: Job, config: ExperimentConfig) -> float | None:
        if self.manner.dry_run:
            self._show(config)
            job.code = 0
            return None
        run = begin(self.app, config)
        job.run_id, job.code = run.id, 0
        if self.manner.detach:
            sys.stdout.write(f"{run.id}\n")
            return None
        job.code = follow(run)
        status = run.status()
        if job.code:
            raise ConfigError(f"run {run.id} ended with exit code {job.code}: {status.reason}")
        if status.state is RunState.STOPPED:  # by Ctrl+C most likely: no further job is wanted
            raise KeyboardInterrupt
        return status.mean_score

    def _show(self, config: ExperimentConfig) -> None:
        if self.manner.as_json:
            self.previews.append(preview(self.app, config))
        else:
            start(self.app, config, self.manner)


def run_hydra(app: App, arguments: Sequence[str], manner: Manner) -> int:
    """Let Hydra carry out `arguments`; the exit code, that of the worst job. Raises ConfigError when no job can be run."""
    from retroml_core.runs.ids import new_run_id

    connect(app)
    flags, words = split_flags(arguments)
    overrides = with_environment(app, spelled(words, app.registry))
    faults = _faults(app, flags, overrides)
    jobs = Jobs(app, new_run_id("group", "multirun"), manner)
    code = 0
    try:
        if not any(fault for _, fault in faults):
            code = _carry_out([*flags, *overrides], jobs)
        else:
            # Hydra runs no job at all when it cannot compose one of them.
            _say_left_out(faults)
            for job, fault in faults:
                if fault:
                    jobs.done.append(Job(" ".join(job), fault=fault))
                else:
                    _carry_out([*flags, *job], jobs)
    finally:
        if manner.as_json:
            print_json(jobs.previews)
        sys.stderr.write(_summary(jobs.done))
    return max((job.code for job in jobs.done), default=EXIT_WRONG_USE if code else 0)


def _faults(app: App, flags: Sequence[str], overrides: Sequence[str]) -> list[tuple[list[str], str]]:
    """The overrides of each job with what is wrong with them ("": nothing); none where only Hydra can tell. Raises ConfigError
    when the same is wrong with all."""
    if {"--config-dir", "-cd"} & {flag.partition("=")[0] for flag in flags}:
        return []
    jobs = jobs_of(overrides) if {"--multirun", "-m"} & set(flags) else [list(overrides)]
    faults = [(job, fault_of(app, job)) for job in jobs]
    if faults and faults[0][1] and len({fault for _, fault in faults}) == 1:
        raise ConfigError(faults[0][1])
    return faults


def _say_left_out(faults: Sequence[tuple[Sequence[str], str]]) -> None:
    """Say it before the other jobs take their hours."""
    for job, fault in faults:
        if fault:
            sys.stderr.write(f"left out: {' '.join(job)}\n  {fault}\n")


def _carry_out(words: Sequence[str], jobs: Jobs) -> int:
    main = hydra.main(config_path=str(core_conf()), config_name="config", version_base="1.3")(jobs)
    with ExitStack() as stack:
        if jobs.manner.dry_run:  # which makes no data folder for what Hydra writes
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retroml-", ignore_cleanup_errors=True)))
            words = [*words, *readable([f"hydra.{mode}.dir={scratch.as_posix()}" for mode in ("run", "sweep")])]
        stack.enter_context(_command_line(words))
        try:
            main()
        except SystemExit as stopped:
            return stopped.code if isinstance(stopped.code, int) else 1
    return 0


def _summary(jobs: Sequence[Job]) -> str:
    """How they went, for people; of a single job only what went wrong."""
    if len(jobs) < 2:
        return "".join(f"{job.fault}\n" for job in jobs if job.fault)
    lines = []
    for job in jobs:
        lines.append(f"  {'done' if job.code == 0 else f'failed ({job.code})'}: {job.overrides} {job.run_id}".rstrip())
        lines += [f"    {line.strip()}" for line in job.fault.splitlines()]
    failed = sum(job.code != 0 for job in jobs)
    return "\n".join([f"{len(jobs)} jobs, {failed} failed:", *lines, ""])


@contextmanager
def _command_line(arguments: Sequence[str]) -> Iterator[None]:
    """Hydra reads the command line of the process only."""
    before = sys.argv
    sys.argv = ["retroml", *arguments]
    try:
        yield
    finally:
        sys.argv = before
