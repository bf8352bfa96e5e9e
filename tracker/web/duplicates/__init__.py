"""Probable duplicates: two leads side by side, why, and what staff makes of it."""
