"""How many steps a second PPO trains at, beside its peers: `python -m benchmarks.train_speed --peers sb3,cleanrl,tianshou`.

The standard Atari setting for all: Nature CNN, 8 games of Breakout, 128 steps, 4 epochs, 4 minibatches, the same cores. With
`--algorithm dqn` one game, batches of 32, an update every 4 steps; the steps that only fill the replay are not counted.
Each peer gets a throwaway environment under benchmarks/.environments that shares this one's torch, so that only the peer
differs. Runs alternate (ours, peer, ours, peer …) so that a busy machine disturbs both; what counts is the ratio of
neighbours. CleanRL is not a package: download `ppo_atari.py`, `ppo_atari_envpool.py` or `dqn_atari.py` from
https://github.com/vwxyzjn/cleanrl and pass `--cleanrl path/to/it` (twice for both).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRAINERS = HERE / "trainers"
ENVIRONMENTS = HERE / ".environments"
NEEDS = {
    "sb3": ("stable-baselines3", "opencv-python-headless"),
    "cleanrl": ("stable-baselines3", "opencv-python-headless", "tyro", "envpool"),
    "tianshou": ("opencv-python-headless",),
}


@dataclass(frozen=True)
class Trainer:
    """Something that trains: the command that does, less the number of steps."""

    name: str
    command: tuple[str, ...]


@dataclass
class Comparison:
    """Steps per second, run by run, and the ratios of neighbours."""

    peer: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Ours over theirs, each pair run back to back."""
        return [our / their for our, their in zip(self.ours, self.theirs, strict=True)]

    def __str__(self) -> str:
        ratios = self.ratios
        return (
            f"{self.peer:28s} {statistics.median(self.ours):8.0f} {statistics.median(self.theirs):8.0f} "
            f"{statistics.median(ratios):7.2f} x   ({min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs)"
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write JSON."""
    args = arguments(argv)
    options = ("--precision", args.precision, *(["--overlap"] if args.overlap else []))
    ours = Trainer("retroml", (sys.executable, str(TRAINERS / f"retroml_{args.algorithm}.py"), *options))
    comparisons = []
    print(f"{'':28s} {'ours':>8s} {'theirs':>8s}   ratio   steps/s, medians")
    for peer in peers(args.peers.split(","), args.cleanrl, args.algorithm):
        comparison = compare(ours, peer, args.rounds, lambda trainer: measure(trainer, args.steps, args.threads))
        comparisons.append(comparison)
        print(comparison, flush=True)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(record(args, comparisons), indent=2) + "\n")
    print(f"written to {args.output}")
    return 0


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_speed", description=__doc__)
    parser.add_argument("--peers", default="sb3,cleanrl,tianshou", help="which to compare with (sb3,cleanrl,tianshou)")
    parser.add_argument("--algorithm", default="ppo", choices=("ppo", "dqn"), help="what is trained (ppo)")
    parser.add_argument("--cleanrl", type=Path, action="append", default=[], help="a downloaded CleanRL script")
    parser.add_argument("--steps", type=int, default=8192, help="steps of each run (8192)")
    parser.add_argument("--rounds", type=int, default=4, help="pairs of runs with each peer (4)")
    parser.add_argument("--threads", type=int, default=0, help="threads of the learner, 0: as many as cores (0)")
    parser.add_argument("--precision", default="float32", help="precision of ours (float32)")
    parser.add_argument("--overlap", action="store_true", help="ours learns from one rollout while it plays the next")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "local" / "train_speed.json", help="where JSON goes")
    return parser.parse_args(argv)


def peers(names: Sequence[str], cleanrl: Sequence[Path], algorithm: str = "ppo") -> list[Trainer]:
    """The trainers to compare with, installed. Raises SystemExit for an unknown one or a missing script."""
    trainers = []
    for name in names:
        if name not in NEEDS:
            raise SystemExit(f"unknown peer {name}; there are {', '.join(NEEDS)}")
        if name == "cleanrl" and not cleanrl:
            raise SystemExit(f"for cleanrl, download {algorithm}_atari.py and pass --cleanrl path/to/it")
        command = (str(environment(name)), str(TRAINERS / f"{name}_{algorithm}.py"))
        if name == "cleanrl":
            trainers += [Trainer(f"cleanrl {path.name}", (*command, "--script", str(path.resolve()))) for path in cleanrl]
        else:
            trainers.append(Trainer(name, command))
    return trainers


def environment(peer: str) -> Path:
    """The interpreter of the peer's throwaway environment, made when it is not there."""
    folder = ENVIRONMENTS / peer
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists():
        return python
    print(f"installing {', '.join(NEEDS[peer])} into {folder}", flush=True)
    venv.create(folder, with_pip=True)
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True
    ).stdout.strip()
    Path(packages, "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *NEEDS[peer]], check=True)
    return python


def compare(ours: Trainer, peer: Trainer, rounds: int, speed: Callable[[Trainer], float]) -> Comparison:
    """Run both in turn, the first of each pair changing every round."""
    comparison = Comparison(peer.name)
    for number in range(rounds):
        order = (ours, peer) if number % 2 == 0 else (peer, ours)
        speeds = {trainer.name: speed(trainer) for trainer in order}
        comparison.ours.append(speeds[ours.name])
        comparison.theirs.append(speeds[peer.name])
    return comparison


def measure(trainer: Trainer, steps: int, threads: int) -> float:
    """Steps per second of one run in a process of its own. Raises SystemExit with its output when it fails."""
    command = [*trainer.command, "--steps", str(steps), "--threads", str(threads)]
    with tempfile.TemporaryDirectory() as scratch:  # some trainers leave logs where they run
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=scratch)
    if done.returncode:
        raise SystemExit(f"{trainer.name} failed:\n{done.stderr[-4000:]}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    return float(result["steps"]) / float(result["seconds"])


def record(args: argparse.Namespace, comparisons: Sequence[Comparison]) -> dict[str, object]:
    """What is written down."""
    return {
        "algorithm": args.algorithm,
        "steps": args.steps,
        "precision": args.precision,
        "overlap": args.overlap,
        "threads": args.threads,
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "comparisons": [asdict(comparison) | {"ratios": comparison.ratios} for comparison in comparisons],
    }


if __name__ == "__main__":
    sys.exit(main())
