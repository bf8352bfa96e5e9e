"""Sales' queue: who is offered, why now, and what sales answers."""
