"""The public site: static pages in French and English from stored editions."""
