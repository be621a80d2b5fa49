"""The parts of the Watch page."""
