"""The monthly bulletin, a page and a PDF in each language."""
