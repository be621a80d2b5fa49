"""The tiny game for tests keeps the contract of environments; the contracts of other offers are held where these are tested."""

from retroml_core.testing import TINY_ENVIRONMENT, EnvironmentContract


class TestTinyEnvironment(EnvironmentContract):
    spec = TINY_ENVIRONMENT
    game = "tiny"
