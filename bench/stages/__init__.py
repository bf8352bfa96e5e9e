"""What it costs to say how far leads are: touch by touch, all over again, and for a draft."""
