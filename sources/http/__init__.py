"""The polite HTTP client: rate limits, redirects, guards, the raw archive."""
