"""What happened: the log of touches, the content they touched and where they came from."""
