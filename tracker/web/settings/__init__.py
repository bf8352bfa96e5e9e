"""The settings: the workspace, the keys to its API, and who changed what."""
