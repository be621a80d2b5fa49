"""Finding, loading and asking plugins, and the registry of what they offer."""
