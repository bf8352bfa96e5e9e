"""The collector's door: pixel, beacon and server API, in front of the application."""
