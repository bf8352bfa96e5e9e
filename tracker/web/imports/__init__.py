"""What was imported from files, and what became of it."""
