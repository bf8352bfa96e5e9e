"""The funnel: the picture, the people behind it, and the same numbers as a file."""
