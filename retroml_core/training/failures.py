"""Why an attempt failed, in words: what went wrong, where, what to do."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.algorithm import TrainingFault
from retroml_core.faults import Fault, told
from retroml_core.training.memory import MemoryScarce
from retroml_core.training.shortage import memory_settings, shortage

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig

__all__ = ["Failure", "explain"]

_NO_PROBABILITIES = "probability tensor contains either `inf`, `nan`"
"""What torch says when it is to draw actions from a policy that has come apart."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure: `reason` says all in one line, `details` is the traceback, "" when it would not help.

    `trace` is the traceback in any case, for the log.
    """

    reason: str
    trace: str
    hint: str = ""
    metric: str = ""
    details: str = ""


def explain(
    error: BaseException, *, folder: str, step: int, checkpoint: str | None, config: ExperimentConfig | None = None
) -> Failure:
    """What `error` means for the run in `folder` at `step`, whose last good checkpoint is `checkpoint`.

    With its `config` the settings that take memory can be named when there was too little.
    """
    saved = f"last good checkpoint: {checkpoint}" if checkpoint else "no checkpoint was saved yet"
    where = f"at step {step:,}; {saved}"
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryScarce):
        return Failure(reason=f"{error}, {where}", trace=trace, hint=_lower(config))
    if (lack := shortage(error)) is not None:
        return Failure(reason=f"{lack}, {where}", trace=trace, hint=_lower(config))
    if isinstance(error, TrainingFault):
        reason, details = f"training failed: {error}, {where}", trace if error.__cause__ is not None else ""
        return Failure(reason=reason, trace=trace, hint=error.hint, metric=error.metric, details=details)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space, then resume the run"
        return Failure(reason=f"the disk that holds {folder} is full, {where}", trace=trace, hint=hint)
    if isinstance(error, OSError) and not Path(folder).is_dir():
        return Failure(reason=f"{folder} is gone, at step {step:,}", trace=trace, hint="put it back, then the run goes on")
    if _NO_PROBABILITIES in str(error):
        hint = "start again with a lower algorithm.learning_rate, or go on from an earlier checkpoint with one"
        return Failure(reason=f"the policy's probabilities are not numbers, {where}", trace=trace, hint=hint)
    if isinstance(error, Fault):
        return Failure(reason=str(error), trace=trace)
    reason, hint = f"{type(error).__name__}: {told(error)}, {where}", "see out.log in the run folder"
    return Failure(reason=reason, trace=trace, hint=hint, details=trace)


def _lower(config: ExperimentConfig | None) -> str:
    settings = memory_settings(config)
    need_less = f"a lower {' or '.join(settings)}" if settings else "fewer environments or a smaller network"
    return f"close other programs and resume the run, or start again with {need_less}"
