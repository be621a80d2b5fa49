"""Training: the process of a run at work, from its session to what it says, keeps and measures."""
