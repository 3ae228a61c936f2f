"""Pressure, retreat and phase of each edition: tables, and how they are stored."""
