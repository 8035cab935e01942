"""Scribbles, points and boxes that are derived from masks."""
