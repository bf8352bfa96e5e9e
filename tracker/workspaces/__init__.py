"""Who uses the house: workspaces, users and their roles, log-ins, tokens, sites and the audit."""
