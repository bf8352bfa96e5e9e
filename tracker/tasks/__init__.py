"""Long work that is remembered: its progress, its end, and who is at it."""
