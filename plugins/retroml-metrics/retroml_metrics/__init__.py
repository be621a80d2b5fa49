"""Metrics for Retro ML."""
