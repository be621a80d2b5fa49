"""The worker with the learner for tests installed: `python fake_worker.py <run folder>`.

Without an argument it takes up the run of each folder that it reads in a process forked off, which has nothing to import, says
the number of that process, and once that has ended its exit code.
"""

import os
import sys
import time
from pathlib import Path

from fake_learner import LearnerPlugin

from retroml_core import worker
from retroml_core.runs.run import Run
from retroml_core.testing import tiny_app


def work(folder: str) -> int:
    run = Run(Path(folder))
    with worker.hold(run.folder), tiny_app(run.folder.parent.parent, {"learner": LearnerPlugin()}) as app:
        return worker.work(run, app, time.time())


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(work(line.strip()))
        print(child, flush=True)
        print(os.waitpid(child, 0)[1], flush=True)


if __name__ == "__main__":
    sys.exit(work(sys.argv[1]) if len(sys.argv) > 1 else serve())
