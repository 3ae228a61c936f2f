"""Every series that may be republished, with all its versions."""
