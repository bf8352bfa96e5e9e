"""Files put onto the journey: parse, map, try out, and import once."""
