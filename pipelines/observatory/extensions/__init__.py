"""What an observatory's folder adds to the software: sources, logo, colours."""
