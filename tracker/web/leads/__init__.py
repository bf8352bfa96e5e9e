"""The leads: the list, and one lead's journey."""
