"""API keys, signed links and their rate limits."""
