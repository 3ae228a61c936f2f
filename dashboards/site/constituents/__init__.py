"""Every series that an edition saw: its weight, or why it is not used."""
