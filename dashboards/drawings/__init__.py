"""Drawings that are written as SVG, without a charting library."""
