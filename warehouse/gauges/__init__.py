"""Pressure, retreat and phase of each edition, and how they are stored."""
