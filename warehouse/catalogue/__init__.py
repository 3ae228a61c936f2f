"""What is declared of sources and countries, and how fresh each source is."""
