"""The template of a Retro ML plugin: one small algorithm."""
