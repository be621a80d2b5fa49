"""Film renderers for Retro ML."""
