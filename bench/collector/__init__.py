"""How fast the collector takes hits, against limits measured in the same run."""
