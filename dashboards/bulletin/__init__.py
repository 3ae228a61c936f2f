"""The monthly bulletin, one HTML page a language."""
