"""The screens of the catalogue: what was touched, and what event names stand for."""
