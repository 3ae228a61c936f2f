"""The tables of a release in the formats that machines read."""
