"""The core's own plugin: what the core needs, it offers to itself through the public hooks."""
