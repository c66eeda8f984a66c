"""API keys, signed links, and how many requests each may make."""
