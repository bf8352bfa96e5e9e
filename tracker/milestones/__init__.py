"""How far everyone has come along the whole way: the first time at each step."""
