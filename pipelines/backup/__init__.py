"""Back up warehouse, archive, editions and registers; restore them to the bit."""
