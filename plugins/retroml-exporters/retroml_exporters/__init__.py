"""Exporters for Retro ML: CSV, JSON, PNG, TensorBoard."""
