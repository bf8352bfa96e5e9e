"""The combined funnel and its kin: reads every room, writes nothing."""
