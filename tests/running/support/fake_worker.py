"""The worker with the learner for tests installed: `python fake_worker.py <run folder>`."""

import sys
import time
from pathlib import Path

from fake_learner import LearnerPlugin

from retroml_core import worker
from retroml_core.runs.run import Run
from retroml_core.testing import tiny_app

if __name__ == "__main__":
    run = Run(Path(sys.argv[1]))
    with worker.hold(run.folder), tiny_app(run.folder.parent.parent, {"learner": LearnerPlugin()}) as app:
        sys.exit(worker.work(run, app, time.time()))
