"""The static JSON API over all editions."""
