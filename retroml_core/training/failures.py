"""Why an attempt failed, in words: what went wrong, where, what to do."""

from __future__ import annotations

import errno
import traceback
from dataclasses import dataclass

from retroml_core.algorithm import TrainingFault
from retroml_core.faults import Fault

__all__ = ["Failure", "explain"]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure: `reason` says all in one line, `details` is the traceback, "" when it would not help."""

    reason: str
    hint: str = ""
    metric: str = ""
    details: str = ""


def explain(error: BaseException, *, folder: str, step: int, checkpoint: str | None) -> Failure:
    """What `error` means for the run in `folder` at `step`, whose last good checkpoint is `checkpoint`."""
    saved = f"last good checkpoint: {checkpoint}" if checkpoint else "no checkpoint was saved yet"
    details = "".join(traceback.format_exception(error))
    where = f"at step {step:,}; {saved}"
    if isinstance(error, TrainingFault):
        return Failure(reason=f"training failed: {error}, {where}", hint=error.hint, metric=error.metric, details=details)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space, then resume the run"
        return Failure(reason=f"the disk that holds {folder} is full, {where}", hint=hint, details=details)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        hint = "use fewer environments or a smaller buffer, or close other programs, then resume the run"
        return Failure(reason=f"memory ran out, {where}", hint=hint, details=details)
    if isinstance(error, Fault):
        return Failure(reason=str(error))
    return Failure(reason=f"{type(error).__name__}: {error}, {where}", hint="see out.log in the run folder", details=details)
