"""Who it was: visitors, the leads that they belong to, and their companies."""
