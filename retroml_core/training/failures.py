"""Why an attempt failed, in words: what went wrong, where, what to do."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.algorithm import TrainingFault
from retroml_core.faults import Fault
from retroml_core.training.shortage import memory_settings, shortage

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig

__all__ = ["Failure", "explain"]

_NO_PROBABILITIES = "probability tensor contains either `inf`, `nan`"
"""What torch says when it is to draw actions from a policy that has come apart."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure: `reason` says all in one line, `details` is the traceback, "" when it would not help."""

    reason: str
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
    details = "".join(traceback.format_exception(error))
    where = f"at step {step:,}; {saved}"
    if (lack := shortage(error)) is not None:
        return Failure(reason=f"{lack}, {where}", hint=_lower(config), details=details)
    if isinstance(error, TrainingFault):
        return Failure(reason=f"training failed: {error}, {where}", hint=error.hint, metric=error.metric, details=details)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space, then resume the run"
        return Failure(reason=f"the disk that holds {folder} is full, {where}", hint=hint, details=details)
    if _NO_PROBABILITIES in str(error):
        hint = "start again with a lower algorithm.learning_rate, or go on from an earlier checkpoint with one"
        return Failure(reason=f"the policy's probabilities are not numbers, {where}", hint=hint, details=details)
    if isinstance(error, Fault):
        return Failure(reason=str(error))
    return Failure(reason=f"{type(error).__name__}: {error}, {where}", hint="see out.log in the run folder", details=details)


def _lower(config: ExperimentConfig | None) -> str:
    settings = memory_settings(config)
    need_less = f"a lower {' or '.join(settings)}" if settings else "fewer environments or a smaller network"
    return f"close other programs and resume the run, or start again with {need_less}"
