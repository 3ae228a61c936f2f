"""From a publisher's bytes to observations."""
