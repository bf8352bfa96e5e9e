"""Companies: the list, one company with all its people, and what staff says of it."""
