"""Films of a run: named, made by a process of their own, never broken."""
