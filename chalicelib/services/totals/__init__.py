"""Totals per day: derived from the events, checked against them, read back as series."""
