"""What the command line shows: starting and following a run, help, tables."""
