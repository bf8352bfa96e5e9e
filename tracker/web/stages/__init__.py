"""The screen that says by which rules leads move."""
