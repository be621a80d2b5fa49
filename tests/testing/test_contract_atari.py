"""The Atari environment keeps the contract of environments, tape and exact restoring included."""

from typing import ClassVar

from retroml_atari import retroml_environments

from retroml_core.testing import EnvironmentContract


class TestAtari(EnvironmentContract):
    spec = next(iter(retroml_environments()))
    game = "breakout"
    settings: ClassVar = {"time_limit_frames": 400}
    count = 2
