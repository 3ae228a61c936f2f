"""What a language is: its words, its grammar, and what falls back to English."""
