"""The Journey Tracker: from the first content touch to the won deal.

The rooms, in the order in which data walks through them (imports only ever look back):
collector, touches, identity, stages, handoff, pipeline, milestones, then reports beside them.
`journey.py` is the order of the steps; read it first.
"""
