"""What pages show and do, in plain Python: state, commands and a version counter, no window."""
