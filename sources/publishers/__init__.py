"""One file a publisher: a declaration and a pure parser."""
