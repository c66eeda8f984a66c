"""Erasing a person, and the retention period of events."""
