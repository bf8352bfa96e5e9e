"""The page that says what the words mean."""
