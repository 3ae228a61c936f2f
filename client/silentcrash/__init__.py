"""Figures of the Silent Crash Observatory, from a warehouse or a site."""
