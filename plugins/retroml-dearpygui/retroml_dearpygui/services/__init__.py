"""What the app asks of the machine and of run folders: plain Python, no window."""
