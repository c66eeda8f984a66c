"""`make site`: the documentation as static files in build/site (ADR 59)."""
