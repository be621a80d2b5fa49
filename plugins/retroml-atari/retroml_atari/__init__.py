"""Atari 2600 games for Retro ML: environment, tape and re-simulation."""
