"""The last room: pages, the JSON API and the collector's door."""
