"""The public site: static pages in French and English, from the editions that are stored."""
