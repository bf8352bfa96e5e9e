"""The screen that says how the house is: what arrived, what waits, what runs."""
