"""A made-up workspace, seeded, on which everything can be seen."""
