"""Verification: whether a run is what it says it is. Its play is re-simulated, its training carried out again, and both are
held against what was recorded; the first difference is named."""
