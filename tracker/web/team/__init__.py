"""The team: who is in, who may do what."""
