"""Runs on disk: their folder, state, events, commands and checkpoints; readable by any process at any time."""
