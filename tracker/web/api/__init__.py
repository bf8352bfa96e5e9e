"""What every endpoint of the JSON API shares, and the page that describes them."""
