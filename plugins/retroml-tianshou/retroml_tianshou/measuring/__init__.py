"""Which settings train fastest on this machine: a plan of trials, the process that makes them, the command that asks for it."""
