"""The log of touches for programs; people read it as journeys."""
