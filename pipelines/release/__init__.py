"""A monthly edition: compute, explain, publish."""
