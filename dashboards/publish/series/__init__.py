"""The figures themselves: every series that may be republished, with its versions."""
