"""The `tracker` commands; each parses and calls a job or a service."""
