import copy
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from fake_learner import LearnerConfig, LearnerPlugin

from retroml_core.builtin.configs import CatchConfig, RandomConfig
from retroml_core.runs.control import Command
from retroml_core.runs.run import Run, create_run
from retroml_core.schema import Budget, CheckpointConfig, EvaluationConfig, ExperimentConfig, FilmConfig
from retroml_core.testing import tiny_app
from retroml_core.training import provenance
from retroml_core.training.attempt import open_attempt
from retroml_core.training.session import Session
from retroml_core.training.starting import write_provenance
from retroml_core.verifying.verification import Segment, verify_run

EVERY = CheckpointConfig(every_steps=1000, keep=9, keep_policies=4)


@pytest.fixture
def app(tmp_path):
    return tiny_app(tmp_path / "root", {"learner": LearnerPlugin()})


@pytest.fixture(scope="session")
def surroundings():
    return {"versions": provenance.versions(), "_git": provenance._git(Path(provenance.__file__).parents[2])}


@pytest.fixture(autouse=True)
def surroundings_are_read_once(surroundings, monkeypatch):
    """Each attempt notes what is installed and which commit, which takes longer to read than most of these trainings."""
    for name, found in surroundings.items():
        monkeypatch.setattr(provenance, name, lambda *_, found=found: copy.copy(found))


@pytest.fixture
def make_run(app):
    """Makes a run on Catch; keyword arguments replace parts of its config, `learner` those of the algorithm."""

    def make(*, learner=None, steps=4000, **parts):
        config = ExperimentConfig(
            game="catch",
            environment=CatchConfig(balls=2),
            algorithm=RandomConfig(environments=4) if learner is None else LearnerConfig(**learner),
            budget=Budget(steps=steps),
            film=FilmConfig(renderers=[]),
            checkpoints=CheckpointConfig(keep_policies=4),
            evaluation=EvaluationConfig(episodes=2, max_steps=100),
            metrics=[],
            seed=5,
        )
        for name, value in parts.items():
            setattr(config, name, value)
        return create_run(app, config)

    return make


@pytest.fixture
def attempt_at(app):
    """Begins an attempt in this process; `plan` maps a tick of the control to what happens then: a function of the control."""

    def begin(run, plan=None):
        return _Planned(open_attempt(run, app, run.config(app), time.time()), plan or {})

    return begin


class _Planned:
    def __init__(self, opening, plan):
        self.opening = opening
        self.plan = plan

    def __enter__(self):
        attempt = self.opening.__enter__()
        control, plain, ticks = attempt.control, attempt.control.tick, iter(range(1, 2**31))

        def tick():
            self.plan.get(next(ticks), lambda _: None)(control)
            plain()

        control.tick = tick
        return attempt

    def __exit__(self, *exception):
        return self.opening.__exit__(*exception)


@pytest.fixture
def train(attempt_at):
    """Makes one attempt in this process and returns its outcome and the final digest of the parameters."""

    def make(run, plan=None):
        with attempt_at(run, plan) as attempt, Session(attempt) as session:
            outcome = session.run()
            return outcome, attempt

    return make


@pytest.fixture
def command():
    """A command as if it had come from the mailbox."""
    return lambda verb, **args: Command(id=f"test-{verb}", verb=verb, args=args, sent_at=time.time())


@pytest.fixture
def wait_until():
    """Waits, within generous limits, until something holds."""

    def wait(holds, seconds=150.0):
        deadline = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.03)  # what is looked at, all events of a run that trains, takes longer than the others leave
        return found

    return wait


@pytest.fixture
def trained(make_run, attempt_at):
    """Makes a run of the learner and trains it as a worker would; keyword arguments as those of `make_run`."""

    def make(run=None, plan=None, **parts):
        run = run or make_run(**{"learner": {}, "steps": 3000, "checkpoints": EVERY, **parts})
        with attempt_at(run, plan) as attempt:
            write_provenance(attempt)
            with Session(attempt) as session:
                session.run()
        return run

    return make


@pytest.fixture(scope="session")
def kept():
    """A folder to keep the runs of `once` in."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def once(kept, app):
    """`once(name, make)`: the run that `make()` gives; made once under that name, each test has a copy."""

    def get(name, make):
        if not (kept / name).exists():
            run = make()
            shutil.copytree(run.folder, kept / name / run.id)
            return run
        (made,) = (kept / name).iterdir()
        app.root.prepare()
        return Run(Path(shutil.copytree(made, app.root.experiments / made.name)))

    return get


@pytest.fixture
def honest(once, trained):
    """A run as `trained()` makes it."""
    return once("honest", trained)


@pytest.fixture
def verify(app):
    return lambda run, **segment: verify_run(app, run, Segment(**segment))
