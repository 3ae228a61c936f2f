"""The versions of figures: encode a batch, find what changed, append, read."""
