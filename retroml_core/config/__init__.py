"""From YAML, overrides and saved files to one checked, typed config."""
