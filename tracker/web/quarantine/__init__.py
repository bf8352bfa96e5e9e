"""The screen for what could not be believed: look, judge again, delete."""
