"""How far they are: the versioned rules that place a lead, and the receipt that says why."""
