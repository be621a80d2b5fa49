"""Learning algorithms for Retro ML, on Tianshou."""
