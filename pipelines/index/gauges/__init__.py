"""What method 2027.1 adds: presence, what is due, two gauges, their phase."""
