"""What sales makes of a lead: the board, the deals, and how pipelines are furnished."""
