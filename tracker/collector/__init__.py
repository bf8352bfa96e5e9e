"""What arrives: hits, judged at the door, and the intake that makes them durable."""
