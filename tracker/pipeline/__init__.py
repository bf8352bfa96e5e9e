"""What sales makes of it: pipelines, their stages, deals and every move of a deal."""
